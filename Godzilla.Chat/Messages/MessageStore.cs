using Godzilla.Chat.Discussions;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Messages;

/// <summary>All messages, in <c>chatdb.messages</c>.</summary>
internal sealed class MessageStore(IMongoDatabase database)
{
    private const int DuplicateKey = 11000;
    private static readonly FilterDefinitionBuilder<Message> Where = Builders<Message>.Filter;

    private readonly IMongoCollection<Message> _messages = database.GetCollection<Message>("messages");
    private Task? _indexes;

    /// <summary>Stores messages in order, up to the first whose number or client id is taken.</summary>
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

    /// <returns>The number of the newest change of a message, or 0 if there is none.</returns>
    public async Task<long> GetLastRevAsync(DiscussionId discussion, CancellationToken cancellationToken)
    {
        var last = await _messages.Find(Where.Eq(message => message.DiscussionId, discussion.Value) & Where.Exists(message => message.Rev))
            .SortByDescending(message => message.Rev)
            .FirstOrDefaultAsync(cancellationToken)
            .WithTimeout(cancellationToken);
        return last?.Rev ?? 0;
    }

    /// <returns>Up to <paramref name="limit"/> messages whose newest change comes after <paramref name="rev"/>, in the order of these changes.</returns>
    public async Task<List<Message>> ListChangedAfterAsync(DiscussionId discussion, long rev, int limit, CancellationToken cancellationToken) => await _messages
        .Find(message => message.DiscussionId == discussion.Value && message.Rev > rev)
        .SortBy(message => message.Rev)
        .Limit(limit)
        .ToListAsync(cancellationToken)
        .WithTimeout(cancellationToken);

    /// <summary>Changes a message.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="id">The message.</param>
    /// <param name="author">Whose it must be; <see langword="null"/> for anybody's.</param>
    /// <param name="text">The new text; <see langword="null"/> deletes it.</param>
    /// <param name="rev">The number of the change.</param>
    /// <param name="now">The time.</param>
    /// <returns>The message as it is now, if there is such a one; and whether the number was free.</returns>
    public async Task<(Message? Message, bool IsFree)> ChangeAsync(DiscussionId discussion, ObjectId id, string? author, string? text, long rev, DateTime now)
    {
        await EnsureIndexesAsync().WithTimeout();
        var change = Builders<Message>.Update.Set(message => message.Rev, rev).Set(message => message.Text, text ?? "");
        try
        {
            var changed = await _messages.FindOneAndUpdateAsync(
                Where.Eq(message => message.Id, id)
                    & Where.Eq(message => message.DiscussionId, discussion.Value)
                    & (author is null ? Where.Empty : Where.Eq(message => message.UserId, author))
                    & Where.Ne(message => message.Deleted, true),
                text is null ? change.Set(message => message.Deleted, true) : change.Set(message => message.EditedAt, now),
                new FindOneAndUpdateOptions<Message> { ReturnDocument = ReturnDocument.After }).WithTimeout();
            return (changed, true);
        }
        catch (MongoCommandException exception) when (exception.Code == DuplicateKey)
        {
            return (null, false);
        }
    }

    /// <summary>Deletes all messages of a discussion.</summary>
    public Task DeleteAllAsync(DiscussionId discussion) => _messages.DeleteManyAsync(message => message.DiscussionId == discussion.Value).WithTimeout();

    /// <summary>Creates the indexes, and runs each kind of call once: the first of a kind compiles for longer than a request may take.</summary>
    internal async Task WarmUpAsync()
    {
        await EnsureIndexesAsync();
        var nowhere = new DiscussionId(ObjectId.GenerateNewId());
        await GetLastSeqAsync(nowhere, CancellationToken.None);
        await ListAfterAsync(nowhere, 0, limit: 1, CancellationToken.None);
        await ListBeforeAsync(nowhere, long.MaxValue, limit: 1, CancellationToken.None);
        await FindByClientIdAsync(nowhere, "", "", CancellationToken.None);
        await ListChangedAfterAsync(nowhere, 0, limit: 1, CancellationToken.None);

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
        new CreateIndexModel<Message>(
            Builders<Message>.IndexKeys.Ascending(message => message.DiscussionId).Ascending(message => message.Rev),
            new CreateIndexOptions<Message>
            {
                Unique = true,
                Name = "discussion_id_rev",
                PartialFilterExpression = Builders<Message>.Filter.Exists(message => message.Rev),
            }),
    ]);
}
