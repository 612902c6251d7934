using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Cli.Chat.Server;

/// <summary>
/// The live connection. It comes back by itself, for ever; only a session that has ended stops it until the user has signed in again. All of it
/// runs on the <see cref="Loop"/>.
/// </summary>
/// <param name="session">Whose connection it is.</param>
/// <param name="loop">Where events are handed on, in the order in which they came.</param>
/// <param name="time">The clock.</param>
internal sealed class HubLink(Session session, Loop loop, TimeProvider time)
{
    private const string Unexpected = "An unexpected error occurred invoking '";
    private const string OwnWords = "HubException: ";

    // The code with which the server closes the connection, in the words of SignalR's client.
    private const string SessionEnded = "closed with error: 4401";

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);

    private readonly List<Action<HubConnection>> _handlers = [];
    private HubConnection? _connection;
    private TaskCompletionSource _connected = new();

    /// <summary>Whether it is connected, and if not, what happens.</summary>
    public LinkState State { get; private set; }

    /// <summary>Why it is not connected; empty if nobody knows.</summary>
    public string Why { get; private set; } = "";

    /// <summary>When the next attempt begins, if one is due.</summary>
    public DateTimeOffset? NextAttempt { get; private set; }

    /// <summary>Counts the connections that came about.</summary>
    public int Generation { get; private set; }

    /// <summary>The state has changed.</summary>
    public Action? Changed { get; set; }

    /// <summary>Hands on an event of the hub. Call it before <see cref="RunAsync"/>.</summary>
    public void On<T>(string name, Action<T> handler) =>
        _handlers.Add(connection => connection.On<T>(name, argument => loop.Post(() => handler(argument))));

    /// <summary>Ends when there is a connection.</summary>
    public Task ConnectedAsync(CancellationToken cancellationToken) => _connected.Task.WaitAsync(cancellationToken);

    /// <summary>Connects, and connects again.</summary>
    /// <param name="signInAgain">Gets the user another session.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<CancellationToken, Task> signInAgain, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            await using var connection = Build();
            var closed = new TaskCompletionSource<Exception?>();
            var welcomed = new TaskCompletionSource();
            connection.Closed += exception => Task.FromResult(closed.TrySetResult(exception));

            // Before the welcome the server may not have all discussions of the connection, and may still break it off.
            connection.On<Welcome>("welcome", _ => loop.Post(() => welcomed.TrySetResult()));
            try
            {
                await connection.StartAsync(cancellationToken);
                if (await Task.WhenAny(welcomed.Task, closed.Task).WaitAsync(cancellationToken) == welcomed.Task)
                {
                    failures = 0;
                    Connected(connection);
                }

                Why = Reason(await closed.Task.WaitAsync(cancellationToken));
            }
            catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.Unauthorized)
            {
                Disconnected(LinkState.SignedOut);
                await signInAgain(cancellationToken);
                failures = 0;
                Change(LinkState.Reconnecting);
                continue;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Why = Reason(exception);
            }

            var wait = Backoff.Before(failures, Random.Shared.NextDouble());
            NextAttempt = time.GetUtcNow() + wait;
            Disconnected(LinkState.Reconnecting);
            await Task.Delay(wait, time, cancellationToken);
            NextAttempt = null;
        }
    }

    /// <summary>Calls a hub method.</summary>
    /// <returns>Its answer.</returns>
    /// <exception cref="ServerException">The server refused it.</exception>
    /// <exception cref="LinkLostException">There was no answer.</exception>
    public async Task<T> InvokeAsync<T>(string method, CancellationToken cancellationToken, params object?[] arguments)
    {
        if (_connection is not { } connection)
        {
            throw new LinkLostException("not connected");
        }

        try
        {
            return (T)(await connection.InvokeCoreAsync(method, typeof(T), arguments, cancellationToken).WaitAsync(AnswerLimit, time, cancellationToken))!;
        }
        catch (HubException exception) when (exception.Message.StartsWith(Unexpected, StringComparison.Ordinal)
            && exception.Message.IndexOf(OwnWords, StringComparison.Ordinal) is >= 0 and var at)
        {
            throw new ServerException(exception.Message[(at + OwnWords.Length)..]);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever else it is, nobody knows whether the server has done it.
            throw new LinkLostException(exception.Message, exception);
        }
    }

    private HubConnection Build()
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(session.Hub, options => options.Headers["Cookie"] = session.CookieHeader)
            .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower)
            .Build();
        foreach (var handler in _handlers)
        {
            handler(connection);
        }

        return connection;
    }

    private void Connected(HubConnection connection)
    {
        _connection = connection;
        Generation++;
        Why = "";
        Change(LinkState.Connected);
        _connected.TrySetResult();
    }

    private void Disconnected(LinkState state)
    {
        _connection = null;
        _connected = _connected.Task.IsCompleted ? new TaskCompletionSource() : _connected;
        Change(state);
    }

    private void Change(LinkState state)
    {
        State = state;
        Changed?.Invoke();
    }

    private static string Reason(Exception? exception) => exception switch
    {
        null => "the server closed the connection",
        { Message: var message } when message.Contains(SessionEnded, StringComparison.Ordinal) => "the session has ended",
        HttpRequestException { StatusCode: { } status } => $"the server answered {(int)status}",
        _ => exception.GetBaseException().Message,
    };
}
