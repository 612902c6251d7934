using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Discussions;

/// <summary>How far each user has read each discussion, in <c>chatdb.reads</c>.</summary>
internal sealed class ReadCursorStore(IMongoDatabase database)
{
    private static readonly FilterDefinitionBuilder<ReadCursor> Where = Builders<ReadCursor>.Filter;

    private static readonly BulkWriteOptions Unordered = new() { IsOrdered = false };

    private readonly IMongoCollection<ReadCursor> _reads = database.GetCollection<ReadCursor>("reads");
    private Task? _index;

    /// <summary>Moves cursors forward; none moves back.</summary>
    public async Task AdvanceAsync(IEnumerable<(DiscussionId Discussion, string User, long Seq)> reads)
    {
        await EnsureIndexAsync().WithTimeout();
        UpdateOneModel<ReadCursor>[] updates = [.. reads.Select(Advance)];
        try
        {
            await _reads.BulkWriteAsync(updates, Unordered).WithTimeout();
        }
        catch (MongoBulkWriteException<ReadCursor> exception) when (exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            // Two replicas created a cursor at once. Now it is there.
            await _reads.BulkWriteAsync(exception.WriteErrors.Select(error => updates[error.Index]), Unordered).WithTimeout();
        }
    }

    /// <returns>The newest message that a user has read in each discussion; those of which they have read nothing are missing.</returns>
    public async Task<Dictionary<ObjectId, long>> ListAsync(string user, IEnumerable<ObjectId> discussions, CancellationToken cancellationToken)
    {
        var reads = await _reads.Find(Where.Eq(read => read.UserId, user) & Where.In(read => read.DiscussionId, discussions))
            .ToListAsync(cancellationToken)
            .WithTimeout(cancellationToken);
        return reads.ToDictionary(read => read.DiscussionId, read => read.Seq);
    }

    /// <summary>Forgets what a user has read.</summary>
    public Task DeleteAsync(string user) => _reads.DeleteManyAsync(Where.Eq(read => read.UserId, user)).WithTimeout();

    // Tried again after an outage; creating an index that exists is no error.
    internal Task EnsureIndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = _reads.Indexes.CreateOneAsync(
        new CreateIndexModel<ReadCursor>(
            Builders<ReadCursor>.IndexKeys.Ascending(read => read.UserId).Ascending(read => read.DiscussionId),
            new CreateIndexOptions { Name = "user_id_discussion_id", Unique = true }));

    private static UpdateOneModel<ReadCursor> Advance((DiscussionId Discussion, string User, long Seq) read) => new(
        Where.Eq(cursor => cursor.UserId, read.User) & Where.Eq(cursor => cursor.DiscussionId, read.Discussion.Value),
        Builders<ReadCursor>.Update.Max(cursor => cursor.Seq, read.Seq))
    {
        IsUpsert = true,
    };
}
