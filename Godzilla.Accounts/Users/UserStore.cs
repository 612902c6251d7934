using System.Linq.Expressions;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using MongoDB.Driver;

namespace Godzilla.Accounts.Users;

/// <summary>
/// Finds and adds accounts, in <c>accountsdb.users</c>; <see cref="UserChanges"/> changes them. One that is deleted is found by nobody, and its
/// name stays taken.
/// </summary>
internal sealed class UserStore(IMongoDatabase database)
{
    private const int BatchSize = 1000;
    private readonly IMongoCollection<User> _users = database.GetCollection<User>("users");
    private Task? _index;

    /// <summary>Finds an account by its exact name.</summary>
    public Task<User?> FindAsync(string username, CancellationToken cancellationToken) =>
        FirstAsync(user => user.Username == username, cancellationToken);

    /// <summary>Finds an account by its name, or else by its name in another case, or else by its e-mail address.</summary>
    public async Task<User?> FindForSignInAsync(string username, CancellationToken cancellationToken)
    {
        // All, always: the time of the answer must not tell whether there is such an account.
        var key = UsernameRule.KeyOf(username);
        var found = await Task.WhenAll(
            FindAsync(username, cancellationToken),
            FirstAsync(user => user.UsernameKey == key, cancellationToken),
            key.Contains('@') ? FirstAsync(user => user.EmailKey == key, cancellationToken) : Task.FromResult<User?>(null));
        return found[0] ?? found[1] ?? found[2];
    }

    /// <summary>Whether an account has this e-mail address.</summary>
    /// <param name="key">With small letters.</param>
    public async Task<bool> HasEmailAsync(string key, CancellationToken cancellationToken) =>
        await FirstAsync(user => user.EmailKey == key, cancellationToken) is not null;

    /// <returns>The accounts that have exactly one of these names.</returns>
    public Task<List<User>> ListExactAsync(IEnumerable<string> usernames, CancellationToken cancellationToken) =>
        ListAsync(Builders<User>.Filter.In(user => user.Username, usernames), cancellationToken);

    /// <returns>The accounts that have one of these names, in any case.</returns>
    public async Task<List<User>> ListAsync(IReadOnlyCollection<string> usernames, CancellationToken cancellationToken)
    {
        // Two finds, each by an index.
        var where = Builders<User>.Filter;
        var found = await Task.WhenAll(
            ListAsync(where.In(user => user.Username, usernames), cancellationToken),
            ListAsync(where.In(user => user.UsernameKey, usernames.Select(UsernameRule.KeyOf)), cancellationToken));
        return [.. found[0].Concat(found[1]).DistinctBy(user => user.Id)];
    }

    /// <summary>Adds an account.</summary>
    /// <returns>
    /// <see langword="false"/> if the name or the e-mail address is taken, in any case: unique indexes decide, so that two callers cannot both have it.
    /// </returns>
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

    /// <summary>Notes that a registration is answered.</summary>
    /// <returns><see langword="false"/> if it was before.</returns>
    public async Task<bool> ConfirmAsync(User user, CancellationToken cancellationToken)
    {
        var result = await _users.UpdateOneAsync(
            other => other.Id == user.Id && other.IsUnconfirmed,
            Builders<User>.Update.Unset(other => other.IsUnconfirmed),
            options: null,
            cancellationToken).WithTimeout(cancellationToken);
        return result.ModifiedCount == 1;
    }

    /// <summary>Replaces an account's hash, unless it was replaced since <paramref name="user"/> was read.</summary>
    /// <returns><see langword="false"/> if it was.</returns>
    public async Task<bool> TryReplacePasswordAsync(User user, string hash, CancellationToken cancellationToken)
    {
        var result = await _users.UpdateOneAsync(
            other => other.Id == user.Id && other.Password == user.Password,
            Builders<User>.Update.Set(other => other.Password, hash),
            options: null,
            cancellationToken).WithTimeout(cancellationToken);
        return result.MatchedCount == 1;
    }

    // Awaited before every insert: no name may be added before it must be unique, and none before the older ones have their keys. Tried again
    // after an outage; creating an index that exists is no error.
    internal Task EnsureIndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = PrepareAsync();

    private Task<List<User>> ListAsync(FilterDefinition<User> match, CancellationToken cancellationToken) =>
        _users.Find(match & Builders<User>.Filter.Eq(user => user.DeletedAt, null)).ToListAsync(cancellationToken).WithTimeout(cancellationToken);

    private async Task<User?> FirstAsync(Expression<Func<User, bool>> match, CancellationToken cancellationToken) =>
        await _users.Find(Builders<User>.Filter.Where(match) & Builders<User>.Filter.Eq(user => user.DeletedAt, null))
            .FirstOrDefaultAsync(cancellationToken).WithTimeout(cancellationToken);

    private async Task PrepareAsync()
    {
        await _users.Indexes.CreateManyAsync(
        [
            new CreateIndexModel<User>(
                Builders<User>.IndexKeys.Ascending(user => user.Username),
                new CreateIndexOptions { Unique = true, Name = "username" }),
            new CreateIndexModel<User>(
                Builders<User>.IndexKeys.Ascending(user => user.UsernameKey),
                new CreateIndexOptions { Unique = true, Sparse = true, Name = "username_key" }),
            new CreateIndexModel<User>(
                Builders<User>.IndexKeys.Ascending(user => user.EmailKey),
                new CreateIndexOptions { Unique = true, Sparse = true, Name = "email_key" }),
        ]);
        await AddKeysAsync();
    }

    // For accounts that are older than the key. The oldest goes first, so of names that differ in case only it gets the key; replicas that do
    // this at once write the same.
    private async Task AddKeysAsync()
    {
        var lacking = Builders<User>.Filter.Exists(user => user.UsernameKey, exists: false);
        List<User> users = [];
        List<User> page;
        do
        {
            // By id, so that no page takes long, however many there are.
            var rest = users.Count == 0 ? lacking : lacking & Builders<User>.Filter.Gt(user => user.Id, users[^1].Id);
            page = await _users.Find(rest).SortBy(user => user.Id).Limit(BatchSize).ToListAsync();
            users.AddRange(page);
        }
        while (page.Count == BatchSize);

        var oldest = users.OrderBy(user => user.CreatedAt).ThenBy(user => user.Id).DistinctBy(user => UsernameRule.KeyOf(user.Username), StringComparer.Ordinal);
        foreach (var batch in oldest.Chunk(BatchSize))
        {
            var updates = batch.Select(user => new UpdateOneModel<User>(
                lacking & Builders<User>.Filter.Eq(other => other.Id, user.Id),
                Builders<User>.Update.Set(other => other.UsernameKey, UsernameRule.KeyOf(user.Username))));
            try
            {
                await _users.BulkWriteAsync(updates, new BulkWriteOptions { IsOrdered = false });
            }
            catch (MongoBulkWriteException<User> exception)
                when (exception.WriteConcernError is null && exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey))
            {
                // An older account has the key.
            }
        }
    }
}
