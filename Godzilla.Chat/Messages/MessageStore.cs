using Godzilla.Chat.Discussions;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Messages;

/// <summary>All messages, in <c>chatdb.messages</c>.</summary>
internal sealed class MessageStore(IMongoDatabase database)
{
    private readonly IMongoCollection<Message> _messages = database.GetCollection<Message>("messages");
    private Task? _indexes;

    /// <summary>Stores messages in order, up to the first whose number or client id is taken. They get their ids here.</summary>
    /// <returns>How many were stored: all, or those before the first that was refused.</returns>
    public async Task<int> AddAsync(IReadOnlyCollection<Message> messages)
    {
        await EnsureIndexesAsync().WithTimeout();
        try
        {
            await _messages.InsertManyAsync(messages).WithTimeout();
            return messages.Count;
        }
        catch (MongoBulkWriteException<Message> exception) when (
            exception.WriteErrors is [{ Category: ServerErrorCategory.DuplicateKey } error, ..])
        {
            return error.Index;
        }
    }

    /// <returns>The number of the newest message, or 0 if there is none.</returns>
    public async Task<long> GetLastSeqAsync(DiscussionId discussion, CancellationToken cancellationToken)
    {
        var last = await _messages.Find(message => message.DiscussionId == discussion.Value)
            .SortByDescending(message => message.Seq)
            .FirstOrDefaultAsync(cancellationToken)
            .WithTimeout(cancellationToken);
        return last?.Seq ?? 0;
    }

    /// <returns>Up to <paramref name="limit"/> messages after <paramref name="seq"/>, oldest first.</returns>
    public async Task<List<Message>> ListAfterAsync(DiscussionId discussion, long seq, int limit, CancellationToken cancellationToken) =>
        await _messages.Find(message => message.DiscussionId == discussion.Value && message.Seq > seq)
            .SortBy(message => message.Seq)
            .Limit(limit)
            .ToListAsync(cancellationToken)
            .WithTimeout(cancellationToken);

    /// <returns>Up to <paramref name="limit"/> messages before <paramref name="seq"/>, newest first.</returns>
    public async Task<List<Message>> ListBeforeAsync(DiscussionId discussion, long seq, int limit, CancellationToken cancellationToken) =>
        await _messages.Find(message => message.DiscussionId == discussion.Value && message.Seq < seq)
            .SortByDescending(message => message.Seq)
            .Limit(limit)
            .ToListAsync(cancellationToken)
            .WithTimeout(cancellationToken);

    /// <returns>The message, or <see langword="null"/> if the discussion has none of this id.</returns>
    public async Task<Message?> FindAsync(DiscussionId discussion, ObjectId id, CancellationToken cancellationToken) => await _messages
        .Find(message => message.Id == id && message.DiscussionId == discussion.Value)
        .FirstOrDefaultAsync(cancellationToken)
        .WithTimeout(cancellationToken);

    /// <summary>Finds a message by its sender's own id for it.</summary>
    public async Task<Message?> FindByClientIdAsync(
        DiscussionId discussion, string username, string clientId, CancellationToken cancellationToken) => await _messages
        .Find(message => message.DiscussionId == discussion.Value && message.UserId == username && message.ClientId == clientId)
        .FirstOrDefaultAsync(cancellationToken)
        .WithTimeout(cancellationToken);

    /// <summary>Creates the indexes, and runs each kind of call once: the first of a kind compiles for longer than a request may take.</summary>
    internal async Task WarmUpAsync()
    {
        await EnsureIndexesAsync();
        var nowhere = new DiscussionId(ObjectId.GenerateNewId());
        await GetLastSeqAsync(nowhere, CancellationToken.None);
        await ListAfterAsync(nowhere, 0, limit: 1, CancellationToken.None);
        await ListBeforeAsync(nowhere, long.MaxValue, limit: 1, CancellationToken.None);
        await FindByClientIdAsync(nowhere, "", "", CancellationToken.None);

        // Another collection: nobody may ever read it.
        var trial = database.GetCollection<Message>("warm_up");
        var message = new Message { DiscussionId = nowhere.Value, Seq = 1, UserId = "", Text = "", CreatedAt = DateTime.UnixEpoch };
        await trial.InsertManyAsync([message]).WithTimeout();
        await trial.DeleteOneAsync(stored => stored.Id == message.Id).WithTimeout();
    }

    // Awaited before every insert: the unique index decides the numbers, whoever else writes. Tried again after an outage; creating an
    // index that exists is no error.
    internal Task EnsureIndexesAsync() => _indexes is { IsFaulted: false, IsCanceled: false } ? _indexes : _indexes = _messages.Indexes.CreateManyAsync(
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
