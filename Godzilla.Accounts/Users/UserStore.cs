using Godzilla.ServiceDefaults.Errors;
using MongoDB.Driver;

namespace Godzilla.Accounts.Users;

/// <summary>The accounts, in <c>accountsdb.users</c>.</summary>
internal sealed class UserStore(IMongoDatabase database)
{
    private readonly IMongoCollection<User> _users = database.GetCollection<User>("users");
    private Task? _index;

    /// <summary>Finds an account by its exact name.</summary>
    public async Task<User?> FindAsync(string username, CancellationToken cancellationToken) => await _users
        .Find(user => user.Username == username)
        .FirstOrDefaultAsync(cancellationToken)
        .WithTimeout(cancellationToken);

    /// <summary>Adds an account.</summary>
    /// <returns><see langword="false"/> if the name is taken: the unique index decides, so that two callers cannot both have it.</returns>
    public async Task<bool> TryAddAsync(User user, CancellationToken cancellationToken)
    {
        await EnsureIndexAsync().WithTimeout(cancellationToken);
        try
        {
            await _users.InsertOneAsync(user, options: null, cancellationToken).WithTimeout(cancellationToken);
            return true;
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }

    // Awaited before every insert: no name may be added before it must be unique. Tried again after an outage; creating an index that
    // exists is no error.
    internal Task EnsureIndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = _users.Indexes.CreateOneAsync(
        new CreateIndexModel<User>(
            Builders<User>.IndexKeys.Ascending(user => user.Username),
            new CreateIndexOptions { Unique = true, Name = "username" }));
}
