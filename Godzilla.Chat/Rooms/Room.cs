using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using MongoDB.Bson;

namespace Godzilla.Chat.Rooms;

/// <summary>A discussion that is active in this process: its writer, the changes of its messages, and the feed to its clients.</summary>
internal sealed class Room(DiscussionId id, RoomFeed feed, RoomWriter writer, RoomChanges changes, MessageStore messages)
{
    /// <summary>How many messages a replay can hold; who has missed more pages through them.</summary>
    public const int MaxReplay = 1000;

    public DiscussionId Id => id;

    public bool IsIdle => writer.IsIdle && !feed.HasClients;

    /// <inheritdoc cref="RoomWriter.Waiting"/>
    public int Waiting => writer.Waiting;

    /// <inheritdoc cref="RoomWriter.AppendAsync"/>
    public Task<IReadOnlyList<Message>> AppendAsync(string username, IReadOnlyList<Draft> drafts, CancellationToken cancellationToken) =>
        writer.AppendAsync(username, drafts, cancellationToken);

    /// <inheritdoc cref="RoomChanges.ChangeAsync"/>
    public Task<Message?> ChangeAsync(ObjectId message, string? author, string? text, CancellationToken cancellationToken) =>
        changes.ChangeAsync(message, author, text, cancellationToken);

    /// <inheritdoc cref="RoomFeed.Clients"/>
    public IReadOnlyList<IRoomClient> Clients => feed.Clients;

    public bool Has(IRoomClient client) => feed.Has(client);

    /// <summary>Sends a client what is stored from now on.</summary>
    /// <param name="client">The client; it may be here already.</param>
    /// <param name="newest">The newest; <see langword="null"/> if only the store knows.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    public async Task AddAsync(IRoomClient client, Position? newest, CancellationToken cancellationToken)
    {
        if (!feed.Has(client))
        {
            // The feed may be behind the store, where a replica has died or Redis is away: a client that comes from another replica would get again
            // what it has.
            feed.Add(client, newest ?? (feed.HasClients
                ? new Position(await messages.GetLastSeqAsync(id, cancellationToken), 0)
                : await GetNewestAsync(cancellationToken)));
        }
    }

    /// <summary>Sends a client the messages after one, and the changes after one, and then those that are stored from now on.</summary>
    /// <param name="client">The client.</param>
    /// <param name="afterSeq">The last message that it has; <see langword="null"/> sends none again.</param>
    /// <param name="afterRev">The last change that it has; <see langword="null"/> sends none again.</param>
    /// <param name="cancellationToken">Ends the wait for a client that is slow.</param>
    /// <returns>The newest, and whether all that were asked for were sent.</returns>
    public async Task<(Position Newest, bool IsComplete)> ReplayAsync(
        IRoomClient client, long? afterSeq, long? afterRev, CancellationToken cancellationToken)
    {
        var newest = await GetNewestAsync(cancellationToken);
        var after = new Position(Math.Min(afterSeq ?? newest.Seq, newest.Seq), Math.Min(afterRev ?? newest.Rev, newest.Rev));
        var isComplete = newest.Seq - after.Seq <= MaxReplay && newest.Rev - after.Rev <= MaxReplay;
        return (await feed.ReplayAsync(client, isComplete ? after : newest, cancellationToken), isComplete);
    }

    public void Remove(IRoomClient client) => feed.Remove(client);

    /// <summary>Takes what another replica stored: messages that follow each other, or a changed one; none says that there is something.</summary>
    public void Receive(IReadOnlyList<Message> stored)
    {
        switch (stored)
        {
            case []:
                _ = feed.CatchUpAsync();
                break;
            case [{ Rev: not null }]:
                feed.DeliverChange(stored[0]);
                break;
            default:
                writer.Note(stored[^1].Seq);
                feed.Deliver(stored);
                break;
        }
    }

    /// <inheritdoc cref="RoomFeed.CatchUpAsync"/>
    public Task CatchUpAsync() => feed.CatchUpAsync();

    private async Task<Position> GetNewestAsync(CancellationToken cancellationToken) =>
        new(await messages.GetLastSeqAsync(id, cancellationToken), await messages.GetLastRevAsync(id, cancellationToken));
}
