using MongoDB.Driver;

namespace Godzilla.Accounts.Users;

/// <summary>The accounts, in <c>accountsdb.users</c>.</summary>
internal sealed class UserStore(IMongoDatabase database)
{
    private readonly IMongoCollection<User> _users = database.GetCollection<User>("users");
    private Task? _index;

    /// <summary>Finds an account.</summary>
    /// <param name="username">Its name, in the case in which it was registered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The account, or <see langword="null"/>.</returns>
    public async Task<User?> FindAsync(string username, CancellationToken cancellationToken) =>
        await _users.Find(user => user.Username == username).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Adds an account. The unique index decides between two callers; looking first would let both through.</summary>
    /// <param name="user">The account.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> if the name is taken.</returns>
    public async Task<bool> TryAddAsync(User user, CancellationToken cancellationToken)
    {
        await IndexAsync().WaitAsync(cancellationToken);
        try
        {
            await _users.InsertOneAsync(user, options: null, cancellationToken);
            return true;
        }
        catch (MongoWriteException exception) when (exception.WriteError.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }

    // Awaited before every insert, so that no name is added before it must be unique; tried again after an outage. Creating an index
    // that exists is no error, so two first callers do no harm.
    private Task IndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = _users.Indexes.CreateOneAsync(
        new CreateIndexModel<User>(
            Builders<User>.IndexKeys.Ascending(user => user.Username),
            new CreateIndexOptions { Unique = true, Name = "username" }));
}
