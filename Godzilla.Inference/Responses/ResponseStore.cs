using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace Godzilla.Inference.Responses;

/// <summary>Responses that were asked to be kept, in <c>inferencedb.responses</c>. Only their user finds them.</summary>
internal sealed class ResponseStore(IMongoDatabase database, IOptions<ResponseOptions> options)
{
    private static readonly FilterDefinitionBuilder<StoredResponse> Where = Builders<StoredResponse>.Filter;

    private readonly IMongoCollection<StoredResponse> _responses = database.GetCollection<StoredResponse>("responses");
    private Task? _indexes;

    public Task<StoredResponse?> FindAsync(string id, string user, CancellationToken cancellationToken) =>
        _responses.Find(Mine(id, user)).FirstOrDefaultAsync(cancellationToken)!.WithTimeout(cancellationToken)!;

    /// <summary>Adds a response, or puts it in the place of what it was.</summary>
    public async Task SaveAsync(StoredResponse response)
    {
        await EnsureIndexesAsync().WithTimeout();
        await _responses.ReplaceOneAsync(stored => stored.Id == response.Id, response, new ReplaceOptions { IsUpsert = true }).WithTimeout();
    }

    /// <summary>Ends one that runs, unless it has ended.</summary>
    /// <returns><see langword="false"/> if it has.</returns>
    public async Task<bool> TryEndAsync(StoredResponse ended) => (await _responses
        .ReplaceOneAsync(Where.Eq(stored => stored.Id, ended.Id) & Running, ended).WithTimeout()).ModifiedCount > 0;

    /// <summary>Notes that its replica is at it.</summary>
    public Task NoteAliveAsync(string id, DateTime now) => _responses
        .UpdateOneAsync(Where.Eq(stored => stored.Id, id) & Running, Builders<StoredResponse>.Update.Set(stored => stored.AliveAt, now)).WithTimeout();

    /// <returns><see langword="false"/> if the user has no such response.</returns>
    public async Task<bool> DeleteAsync(string id, string user) => (await _responses.DeleteOneAsync(Mine(id, user)).WithTimeout()).DeletedCount > 0;

    private static FilterDefinition<StoredResponse> Running => Where.In(stored => stored.Status, [ResponseStatus.Queued, ResponseStatus.InProgress]);

    private static FilterDefinition<StoredResponse> Mine(string id, string user) =>
        Where.Eq(stored => stored.Id, id) & Where.Eq(stored => stored.User, user);

    // Tried again after an outage; creating an index that exists is no error.
    private Task EnsureIndexesAsync() => _indexes is { IsFaulted: false, IsCanceled: false } ? _indexes : _indexes = _responses.Indexes.CreateOneAsync(
        new CreateIndexModel<StoredResponse>(
            Builders<StoredResponse>.IndexKeys.Ascending(stored => stored.CreatedAt),
            new CreateIndexOptions { Name = "created_at", ExpireAfter = options.Value.KeptFor }));
}
