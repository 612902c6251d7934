using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests;

/// <summary>A SignalR connection to the hub that records every event it receives.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);
    private static readonly string[] EventNames = ["welcome", "message", "message_edited", "message_deleted", "discussion", "read", "warning", "presence", "presence_changed", "typing", "assistant"];

    private readonly HubConnection _connection;
    private readonly Lock _gate = new();
    private readonly List<(string Name, JsonElement Argument)> _events = [];
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HubClient(HubConnection connection)
    {
        _connection = connection;
        _connection.Closed += exception =>
        {
            _closed.TrySetResult(exception);
            return Task.CompletedTask;
        };
        foreach (var name in EventNames)
        {
            _connection.On<JsonElement>(name, argument => Add(name, argument));
        }
    }

    /// <summary>Ends when the connection does: with <see langword="null"/> if the server closed it, with an error if it broke off.</summary>
    public Task<Exception?> Closed => _closed.Task;

    /// <exception cref="HttpRequestException">The connection was refused.</exception>
    public static async Task<HubClient> ConnectAsync(Uri gateway, string token)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(gateway, "/hubs/chat"), options => options.Headers["Cookie"] = $"auth_token={token}")
            .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower)
            .Build();
        var client = new HubClient(connection);
        try
        {
            await connection.StartAsync().WaitAsync(TimeLimit);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls a hub method.</summary>
    /// <returns>Its answer, or an undefined element if it has none.</returns>
    /// <exception cref="HubException">The server answered with an error.</exception>
    public async Task<JsonElement> InvokeAsync(string method, params object?[] arguments) =>
        await _connection.InvokeCoreAsync(method, typeof(JsonElement), arguments).WaitAsync(TimeLimit) is JsonElement answer ? answer : default;

    /// <summary>Calls a hub method that must fail.</summary>
    /// <returns>The server's own words, without what the client puts before them.</returns>
    public async Task<string> ErrorOfAsync(string method, params object?[] arguments)
    {
        var error = await Assert.ThrowsAsync<HubException>(() => InvokeAsync(method, arguments));
        return error.Message.Replace($"An unexpected error occurred invoking '{method}' on the server. HubException: ", "", StringComparison.Ordinal);
    }

    /// <summary>Waits for an event that matches; it may have come before this call.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="match">Decides by the event's argument.</param>
    /// <param name="skip">How many events of this name are not looked at: those that had come at some moment, for example.</param>
    /// <returns>The argument of the first that matches.</returns>
    public async Task<JsonElement> WaitForAsync(string name, Func<JsonElement, bool> match, int skip = 0)
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                foreach (var (_, argument) in _events.Where(e => e.Name == name).Skip(skip))
                {
                    if (match(argument))
                    {
                        return argument;
                    }
                }

                arrival = _arrival.Task;
            }

            try
            {
                await arrival.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException(
                    $"No such '{name}'. Came: {string.Join(' ', Events(name).Select(e => e.GetRawText()))}", exception);
            }
        }
    }

    /// <summary>The arguments of all events of a name so far, in order.</summary>
    public IReadOnlyList<JsonElement> Events(string name)
    {
        lock (_gate)
        {
            return [.. _events.Where(e => e.Name == name).Select(e => e.Argument)];
        }
    }

    /// <summary>Who is online, as the list and the changes since then have it.</summary>
    public IReadOnlySet<string> Online
    {
        get
        {
            var online = new HashSet<string>(StringComparer.Ordinal);
            lock (_gate)
            {
                foreach (var (name, argument) in _events)
                {
                    if (name == "presence")
                    {
                        online = new HashSet<string>(NamesIn(argument, "online"), StringComparer.Ordinal);
                    }
                    else if (name == "presence_changed")
                    {
                        online.UnionWith(NamesIn(argument, "joined"));
                        online.ExceptWith(NamesIn(argument, "left"));
                    }
                }
            }

            return online;
        }
    }

    /// <summary>Waits until it knows that all these people are online.</summary>
    public Task SeesAsync(params Person[] people) =>
        Eventually.TrueAsync(() => people.All(person => Online.Contains(person.Name)), $"{string.Join(' ', people.Select(person => person.Name))} online");

    /// <summary>Waits until it knows that somebody is not online.</summary>
    public Task SeesGoneAsync(Person person) => Eventually.TrueAsync(
        () => Events("presence").Count > 0 && !Online.Contains(person.Name), $"{person.Name} is gone");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static IEnumerable<string> NamesIn(JsonElement argument, string field) =>
        argument.GetProperty(field).EnumerateArray().Select(user => user.GetString()!);

    private void Add(string name, JsonElement argument)
    {
        lock (_gate)
        {
            _events.Add((name, argument.Clone()));
            _arrival.TrySetResult();
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
