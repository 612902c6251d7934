using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Sessions;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Godzilla.Accounts.ApiKeys;

/// <summary>
/// The API keys, in <c>accountsdb.api_keys</c>. A key ends in three steps, each of which can be done again: it is marked as ended, which
/// refuses it; that is published; it is deleted. What is left half-done by an outage, <see cref="Users.AccountSweep"/> finishes.
/// </summary>
internal sealed class ApiKeyStore(IMongoDatabase database, IConnectionMultiplexer redis, ApiKeyMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromMinutes(1);
    private static readonly RedisChannel Ended = new(SessionKeys.Ended, RedisChannel.PatternMode.Literal);
    private static readonly FilterDefinitionBuilder<ApiKey> Where = Builders<ApiKey>.Filter;

    private readonly IMongoCollection<ApiKey> _keys = database.GetCollection<ApiKey>("api_keys");

    internal Task EnsureIndexesAsync() => _keys.Indexes.CreateManyAsync(
    [
        new CreateIndexModel<ApiKey>(Builders<ApiKey>.IndexKeys.Ascending(key => key.Hash), new CreateIndexOptions { Name = "hash", Unique = true }),
        new CreateIndexModel<ApiKey>(Builders<ApiKey>.IndexKeys.Ascending(key => key.User), new CreateIndexOptions { Name = "user" }),
        new CreateIndexModel<ApiKey>(Builders<ApiKey>.IndexKeys.Ascending(key => key.EndedAt), new CreateIndexOptions { Name = "ended", Sparse = true }),
    ]);

    /// <summary>Adds a key.</summary>
    /// <returns><see langword="false"/> if its user has <paramref name="limit"/> keys already.</returns>
    public async Task<bool> TryAddAsync(ApiKey key, int limit, CancellationToken cancellationToken)
    {
        await _keys.InsertOneAsync(key, options: null, cancellationToken).WithTimeout(cancellationToken);

        // Counted afterwards, so that two callers cannot both have the last one. Nobody knows this key yet.
        if (await _keys.CountDocumentsAsync(Live(key.User), options: null, cancellationToken).WithTimeout(cancellationToken) <= limit)
        {
            metrics.Created();
            return true;
        }

        await _keys.DeleteOneAsync(Where.Eq(stored => stored.Id, key.Id), cancellationToken).WithTimeout(cancellationToken);
        return false;
    }

    /// <summary>A user's keys, the newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(string user, CancellationToken cancellationToken) =>
        await _keys.Find(Live(user)).SortByDescending(key => key.Id).ToListAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <summary>Finds a key that can be used now, by the hash of its secret.</summary>
    public async Task<ApiKey?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        var key = await _keys.Find(stored => stored.Hash == hash && stored.EndedAt == null)
            .FirstOrDefaultAsync(cancellationToken).WithTimeout(cancellationToken);
        return key?.ExpiresAt <= time.GetBsonTime() ? null : key;
    }

    /// <summary>Notes that a key is used, at most once a minute.</summary>
    public async Task NoteUseAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var now = time.GetBsonTime();
        if (key.LastUsedAt is not { } last || now - last >= UseIsNotedEvery)
        {
            await _keys.UpdateOneAsync(
                Where.Eq(stored => stored.Id, key.Id),
                Builders<ApiKey>.Update.Set(stored => stored.LastUsedAt, now),
                options: null,
                cancellationToken).WithTimeout(cancellationToken);
        }
    }

    /// <summary>Ends a key.</summary>
    /// <returns><see langword="false"/> if the user has no such key.</returns>
    public async Task<bool> EndAsync(string user, ObjectId id, CancellationToken cancellationToken)
    {
        var mine = Where.Eq(key => key.User, user) & Where.Eq(key => key.Id, id);
        return await EndAsync(mine, cancellationToken) > 0;
    }

    /// <summary>Ends all keys of a user.</summary>
    public Task EndAllAsync(string user, CancellationToken cancellationToken) => EndAsync(Where.Eq(key => key.User, user), cancellationToken);

    /// <summary>Finishes what an outage has interrupted.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => EndAsync(Where.Lte(key => key.EndedAt, time.GetBsonTime()), cancellationToken);

    private async Task<int> EndAsync(FilterDefinition<ApiKey> which, CancellationToken cancellationToken)
    {
        await _keys.UpdateManyAsync(
            which & Where.Eq(key => key.EndedAt, null),
            Builders<ApiKey>.Update.Set(key => key.EndedAt, time.GetBsonTime()),
            options: null,
            cancellationToken).WithTimeout(cancellationToken);
        var ended = await _keys.Find(which & Where.Ne(key => key.EndedAt, null)).ToListAsync(cancellationToken).WithTimeout(cancellationToken);
        if (ended.Count == 0)
        {
            return 0;
        }

        await Task.WhenAll(ended.Select(key => redis.GetDatabase().PublishAsync(Ended, key.Hash))).WithTimeout(cancellationToken);
        await _keys.DeleteManyAsync(Where.In(key => key.Id, ended.Select(key => key.Id)), cancellationToken).WithTimeout(cancellationToken);
        metrics.Ended(ended.Count);
        return ended.Count;
    }

    private static FilterDefinition<ApiKey> Live(string user) => Where.Eq(key => key.User, user) & Where.Eq(key => key.EndedAt, null);
}
