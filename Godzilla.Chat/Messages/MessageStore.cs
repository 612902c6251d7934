using Godzilla.Chat.Discussions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Messages;

/// <summary>All messages, in <c>chatdb.messages</c>.</summary>
internal sealed class MessageStore(IMongoDatabase database)
{
    private readonly IMongoCollection<Message> _messages = database.GetCollection<Message>("messages");
    private Task? _indexes;

    /// <summary>Stores messages in their order, up to the first whose number or client id is taken.</summary>
    /// <param name="messages">With their numbers; they get their ids here.</param>
    /// <returns>How many are stored: all of them, or those before the one that was refused.</returns>
    public async Task<int> AddAsync(IReadOnlyCollection<Message> messages)
    {
        await IndexAsync();
        try
        {
            await _messages.InsertManyAsync(messages);
            return messages.Count;
        }
        catch (MongoBulkWriteException<Message> exception) when (
            exception.WriteErrors is [{ Category: ServerErrorCategory.DuplicateKey } error, ..])
        {
            return error.Index;
        }
    }

    /// <summary>The number of the newest message.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>0 if there is none.</returns>
    public async Task<long> GetLastSeqAsync(DiscussionId discussion, CancellationToken cancellationToken)
    {
        var last = await _messages.Find(message => message.DiscussionId == discussion.Value)
            .SortByDescending(message => message.Seq)
            .FirstOrDefaultAsync(cancellationToken);
        return last?.Seq ?? 0;
    }

    /// <summary>The messages after a number, the oldest first.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="seq">The number.</param>
    /// <param name="limit">How many at the most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The messages.</returns>
    public async Task<List<Message>> ListAfterAsync(DiscussionId discussion, long seq, int limit, CancellationToken cancellationToken) =>
        await _messages.Find(message => message.DiscussionId == discussion.Value && message.Seq > seq)
            .SortBy(message => message.Seq)
            .Limit(limit)
            .ToListAsync(cancellationToken);

    /// <summary>The messages before a number, the newest first.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="seq">The number; that message is not among them.</param>
    /// <param name="limit">How many at the most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The messages.</returns>
    public async Task<List<Message>> ListBeforeAsync(DiscussionId discussion, long seq, int limit, CancellationToken cancellationToken) =>
        await _messages.Find(message => message.DiscussionId == discussion.Value && message.Seq < seq)
            .SortByDescending(message => message.Seq)
            .Limit(limit)
            .ToListAsync(cancellationToken);

    /// <summary>Finds a message of a discussion.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message, or <see langword="null"/> if this discussion has none of this id.</returns>
    public async Task<Message?> FindAsync(DiscussionId discussion, ObjectId id, CancellationToken cancellationToken) =>
        await _messages.Find(message => message.Id == id && message.DiscussionId == discussion.Value).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Finds a message by its sender's own name for it.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="username">The sender.</param>
    /// <param name="clientId">The sender's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message, or <see langword="null"/>.</returns>
    public async Task<Message?> FindByClientIdAsync(
        DiscussionId discussion, string username, string clientId, CancellationToken cancellationToken) =>
        await _messages.Find(message =>
            message.DiscussionId == discussion.Value && message.UserId == username && message.ClientId == clientId)
            .FirstOrDefaultAsync(cancellationToken);

    // Awaited before every insert: the numbers have no gaps and no doubles because the store says so, whoever else writes. Tried again
    // after an outage; creating an index that exists is no error.
    private Task IndexAsync() => _indexes is { IsFaulted: false, IsCanceled: false } ? _indexes : _indexes = _messages.Indexes.CreateManyAsync(
    [
        new CreateIndexModel<Message>(
            Builders<Message>.IndexKeys.Ascending(message => message.DiscussionId).Ascending(message => message.Seq),
            new CreateIndexOptions<Message> { Unique = true, Name = "discussion_id_seq" }),
        new CreateIndexModel<Message>(
            Builders<Message>.IndexKeys
                .Ascending(message => message.DiscussionId)
                .Ascending(message => message.UserId)
                .Ascending(message => message.ClientId),
            new CreateIndexOptions<Message>
            {
                Unique = true,
                Name = "discussion_id_user_id_client_id",
                PartialFilterExpression = Builders<Message>.Filter.Exists(message => message.ClientId),
            }),
    ]);
}
