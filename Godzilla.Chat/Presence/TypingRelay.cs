using System.Collections.Concurrent;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.SignalR;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Presence;

/// <summary>
/// Passes on who is typing where, and that they have stopped, also when nobody said so: Presence ends typing after a while, and this
/// looks again then.
/// </summary>
internal sealed partial class TypingRelay(
    PresenceClient presence, IHubContext<ChatHub, IChatClient> hub, TimeProvider time, ILogger<TypingRelay> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // The discussions in which somebody of this process was typing when we last looked, and the answer then.
    private readonly ConcurrentDictionary<DiscussionId, IReadOnlyList<string>> _typing = new();

    /// <summary>Notes that a user begins or stops typing, and tells the others.</summary>
    /// <param name="username">The user.</param>
    /// <param name="connectionId">Their connection, which is not told.</param>
    /// <param name="discussion">Where; the user is known to be a member.</param>
    /// <param name="isTyping">Whether they type.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when it is noted.</returns>
    /// <exception cref="RpcException">Presence is out of reach.</exception>
    public async Task SetAsync(
        string username, string connectionId, DiscussionId discussion, bool isTyping, CancellationToken cancellationToken)
    {
        var id = discussion.ToString();
        await presence.SetTypingAsync(username, id, isTyping, cancellationToken);
        var users = await presence.GetTypingInAsync(id, cancellationToken);
        _typing[discussion] = users;
        hub.Clients.GroupExcept(id, connectionId).Typing(new TypingList(id, users)).FireAndForget(logger);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                foreach (var (discussion, before) in _typing)
                {
                    await LookAsync(discussion, before, stoppingToken);
                }
            }
            catch (RpcException exception)
            {
                LogUnreachable(logger, exception.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task LookAsync(DiscussionId discussion, IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        var id = discussion.ToString();
        var now = await presence.GetTypingInAsync(id, cancellationToken);
        if (!now.SequenceEqual(before, StringComparer.Ordinal))
        {
            // Whoever said something meanwhile has told it already.
            if (_typing.TryUpdate(discussion, now, before))
            {
                hub.Clients.Group(id).Typing(new TypingList(id, now)).FireAndForget(logger);
            }
        }
        else if (now.Count == 0)
        {
            _typing.TryRemove(new(discussion, before));
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "Presence is unreachable, so typing may end late: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);
}
