using System.Collections.Concurrent;
using System.Diagnostics;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Presence;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;
using Grpc.Core;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Assistant;

/// <summary>
/// Answers those who name the assistant. The replica that stored the question gives the answer; it grows before everybody's eyes and is
/// stored as one message in the end. Whoever asked can stop it; the end of their session, and of this replica, stops it too.
/// </summary>
internal sealed partial class Answers : IHostedService
{
    private const string System = """
        You are the assistant in a chat room of Godzilla. Several people talk; each of their messages begins with their name. Answer the last one, briefly and in plain text.
        """;

    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TypingIsSaidEvery = TimeSpan.FromSeconds(4); // It is forgotten after 8.
    private static readonly TimeSpan StoreRetryAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    // Who asks again within this time, with the same message, gets no second answer.
    private static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Answer> _running = new(StringComparer.Ordinal);
    private readonly AssistantClient _client;
    private readonly AssistantRelay _relay;
    private readonly AssistantBus _bus;
    private readonly DiscussionStore _discussions;
    private readonly MessageStore _messages;
    private readonly RoomRegistry _rooms;
    private readonly PresenceClient _presence;
    private readonly IConnectionMultiplexer _redis;
    private readonly AssistantOptions _options;
    private readonly DependencyFailures _failures;
    private readonly AssistantMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Answers> _logger;
    private volatile bool _isStopping;

    public Answers(
        AssistantClient client,
        AssistantRelay relay,
        AssistantBus bus,
        DiscussionStore discussions,
        MessageStore messages,
        RoomRegistry rooms,
        PresenceClient presence,
        IConnectionMultiplexer redis,
        SessionEndings endings,
        IOptions<AssistantOptions> options,
        IOptions<DependencyFailures> failures,
        AssistantMetrics metrics,
        TimeProvider time,
        ILogger<Answers> logger)
    {
        (_client, _relay, _bus, _discussions, _messages, _rooms, _presence) = (client, relay, bus, discussions, messages, rooms, presence);
        (_redis, _options, _failures, _metrics, _time, _logger) = (redis, options.Value, failures.Value, metrics, time, logger);
        bus.OnStop = stop => StopHere(stop);
        endings.OnEnded(session => StopWhere(answer => answer.Asker.Session == session));
    }

    /// <summary>Begins to answer those of the messages that ask the assistant.</summary>
    /// <param name="discussion">Where.</param>
    /// <param name="asker">Who sent them.</param>
    /// <param name="sent">As stored.</param>
    public void Consider(DiscussionId discussion, CallerIdentity asker, IReadOnlyList<Message> sent)
    {
        foreach (var question in sent)
        {
            if (_options.Enabled && !_isStopping && !question.Deleted && AssistantName.IsIn(question.Text) && (_options.InLobby || discussion != DiscussionId.Lobby))
            {
                Begin(new Answer(discussion, question, asker, new CancellationTokenSource(_options.TimeLimit, _time)));
            }
        }
    }

    /// <summary>Stops an answer, at whichever replica it is.</summary>
    /// <returns>A task that ends when it is stopped here, or the others are told.</returns>
    public Task StopAsync(string id, string username)
    {
        var stop = new AssistantStop(id, username);
        return StopHere(stop) ? Task.CompletedTask : _bus.PublishAsync(stop);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        StopWhere(_ => true);
        await Task.WhenAll(_running.Values.Select(answer => answer.Ended)).WaitAsync(StopLimit, _time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Begin(Answer answer)
    {
        if (_running.TryAdd(answer.Question.Id.ToString(), answer))
        {
            _ = RunAsync(answer);
        }
        else
        {
            answer.Dispose();
        }
    }

    private bool StopHere(AssistantStop stop)
    {
        if (!_running.TryGetValue(stop.Id, out var answer) || answer.Asker.User != stop.Username)
        {
            return false;
        }

        answer.Stop();
        return true;
    }

    private void StopWhere(Func<Answer, bool> condition)
    {
        foreach (var answer in _running.Values.Where(condition))
        {
            answer.Stop();
        }
    }

    private async Task RunAsync(Answer answer)
    {
        using var activity = StartSpan(answer);
        try
        {
            if (await MayAnswerAsync(answer))
            {
                await AnswerAsync(answer);
            }
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            await FailAsync(answer, "Service Unavailable", exception);
        }
        catch (Exception exception)
        {
            LogFailed(_logger, exception);
            await FailAsync(answer, "Internal Server Error", exception);
        }
        finally
        {
            _running.TryRemove(answer.Question.Id.ToString(), out _);
            answer.Dispose();
        }
    }

    private static Activity? StartSpan(Answer answer)
    {
        Activity.Current = null;
        return answer.Trace == default ? null : RoomTraces.Source.StartActivity("answer", ActivityKind.Internal, answer.Trace);
    }

    private async Task<bool> MayAnswerAsync(Answer answer) =>
        await _discussions.AdmitsAssistantAsync(answer.Discussion, answer.Asker.User, CancellationToken.None)
        && await _redis.GetDatabase().StringSetAsync($"assistant:{answer.Question.Id}", answer.Asker.User, ClaimFor, When.NotExists).WithTimeout();

    private async Task AnswerAsync(Answer answer)
    {
        if (_running.Values.Count(other => other.Asker.User == answer.Asker.User) > _options.AtOnce)
        {
            await FailAsync(answer, $"At most {_options.AtOnce} answers at a time");
            return;
        }

        await _relay.SendAsync(answer.Next(AssistantStates.Started));
        using var ended = new CancellationTokenSource();
        var telling = TellAsync(answer, ended.Token);
        AssistantException? failure = null;
        try
        {
            await foreach (var piece in _client.AskAsync(answer.Asker, await TurnsAsync(answer), answer.Stopped))
            {
                if (!answer.Add(piece))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (answer.Stopped.IsCancellationRequested)
        {
            // What there is of it is stored.
        }
        catch (AssistantException exception)
        {
            failure = exception;
        }
        finally
        {
            await ended.CancelAsync();
            await telling;
        }

        var message = await StoreAsync(answer);
        if (failure is not null)
        {
            await FailAsync(answer, failure.Message, failure);
            return;
        }

        var state = answer.Stopped.IsCancellationRequested ? AssistantStates.Stopped : AssistantStates.Done;
        await _relay.SendAsync(answer.Next(state, messageId: message?.Id.ToString()));
        _metrics.Ended(state);
    }

    private async Task<List<AssistantClient.Turn>> TurnsAsync(Answer answer)
    {
        var before = await _messages.ListBeforeAsync(answer.Discussion, answer.Question.Seq + 1, _options.Messages, answer.Stopped);
        return
        [
            new("system", System),
            .. before.Where(message => !message.Deleted).Reverse().Select(message => message.UserId == ReservedNames.Assistant
                ? new AssistantClient.Turn("assistant", message.Text)
                : new AssistantClient.Turn("user", $"{message.UserId}: {message.Text}")),
        ];
    }

    // Several tokens in one event: a quick model makes thousands a second.
    private async Task TellAsync(Answer answer, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(TellEvery, _time);
        long? typingSaidAt = null;
        try
        {
            do
            {
                if (typingSaidAt is not { } at || _time.GetElapsedTime(at) > TypingIsSaidEvery)
                {
                    await SetTypingAsync(answer, isTyping: true);
                    typingSaidAt = _time.GetTimestamp();
                }

                await TellNewAsync(answer);
            }
            while (await timer.WaitForNextTickAsync(ended));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Whoever ended it waits for this.
        }

        await TellNewAsync(answer);
        await SetTypingAsync(answer, isTyping: false);
    }

    private async Task TellNewAsync(Answer answer)
    {
        if (answer.TakeNew() is { Length: > 0 } text)
        {
            await _relay.SendAsync(answer.Next(AssistantStates.Delta, text));
        }
    }

    private async Task SetTypingAsync(Answer answer, bool isTyping)
    {
        try
        {
            await _presence.SetTypingAsync(ReservedNames.Assistant, answer.Discussion.ToString(), isTyping, CancellationToken.None);
        }
        catch (RpcException exception) when (PresenceClient.IsOutage(exception))
        {
            // Then nobody is told.
        }
    }

    /// <returns>The message; <see langword="null"/> if there is no text, or nobody any more who asked.</returns>
    private async Task<Message?> StoreAsync(Answer answer)
    {
        if (!Draft.TryCreate(answer.Text.Trim(), $"answer:{answer.Question.Id}", out var draft, out _))
        {
            return null;
        }

        for (var started = _time.GetTimestamp(); ;)
        {
            try
            {
                return await _discussions.AdmitsAssistantAsync(answer.Discussion, answer.Asker.User, CancellationToken.None)
                    ? (await _rooms.Get(answer.Discussion).AppendAsync(ReservedNames.Assistant, [draft], CancellationToken.None))[0]
                    : null;
            }
            catch (Exception exception) when (_failures.Match(exception) && !_isStopping && _time.GetElapsedTime(started) < StoreLimit)
            {
                // It is paid for; and by its client id it is stored once.
                await Task.Delay(StoreRetryAfter, _time);
            }
        }
    }

    private async Task FailAsync(Answer answer, string reason, Exception? exception = null)
    {
        Activity.Current?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception?.GetType().FullName ?? reason);
        await _relay.SendAsync(answer.Next(AssistantStates.Failed, reason));
        _metrics.Ended(AssistantStates.Failed);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "The assistant could not answer")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
