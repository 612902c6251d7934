using Godzilla.ServiceDefaults.Errors;
using MongoDB.Driver;

namespace Godzilla.Accounts.Tokens;

/// <summary>The ring of signing keys that all replicas share, in <c>accountsdb.signing_keys</c>.</summary>
internal sealed class SigningKeyStore(IMongoDatabase database)
{
    private readonly IMongoCollection<SigningKey> _keys = database.GetCollection<SigningKey>("signing_keys");

    internal Task EnsureIndexAsync() => _keys.Indexes.CreateOneAsync(new CreateIndexModel<SigningKey>(
        Builders<SigningKey>.IndexKeys.Ascending(key => key.Generation), new CreateIndexOptions { Name = "generation", Unique = true }));

    /// <returns>All keys, the oldest first.</returns>
    public async Task<IReadOnlyList<SigningKey>> ListAsync(CancellationToken cancellationToken) =>
        await _keys.Find(Builders<SigningKey>.Filter.Empty).SortBy(key => key.Generation).ToListAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <returns><see langword="false"/> if another replica has added one of this generation.</returns>
    public async Task<bool> TryAddAsync(SigningKey key, CancellationToken cancellationToken)
    {
        try
        {
            await _keys.InsertOneAsync(key, options: null, cancellationToken).WithTimeout(cancellationToken);
            return true;
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }

    public Task DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        _keys.DeleteManyAsync(Builders<SigningKey>.Filter.In(key => key.Id, ids), cancellationToken).WithTimeout(cancellationToken);
}
