using System.Text.RegularExpressions;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Accounts.Users;

/// <summary>Changes accounts, and lists them for operators.</summary>
internal sealed class UserChanges(IMongoDatabase database, TimeProvider time)
{
    private static readonly FilterDefinitionBuilder<User> Where = Builders<User>.Filter;
    private static readonly UpdateDefinitionBuilder<User> Update = Builders<User>.Update;

    private readonly IMongoCollection<User> _users = database.GetCollection<User>("users");

    internal Task EnsureIndexAsync() => _users.Indexes.CreateManyAsync(
    [
        new CreateIndexModel<User>(
            Builders<User>.IndexKeys.Ascending(user => user.PendingEnd!.Id), new CreateIndexOptions { Sparse = true, Name = "pending_end" }),
        new CreateIndexModel<User>(
            Builders<User>.IndexKeys.Ascending(user => user.DeletedAt), new CreateIndexOptions { Sparse = true, Name = "deleted_at" }),
    ]);

    /// <summary>A page of accounts whose name contains a text, by name.</summary>
    /// <param name="text">In any case; all accounts, if empty.</param>
    /// <param name="after">The last name of the page before, or <see langword="null"/>.</param>
    public async Task<IReadOnlyList<User>> SearchAsync(string text, string? after, int limit, CancellationToken cancellationToken)
    {
        var filter = Where.Eq(user => user.DeletedAt, null);
        if (text.Length > 0)
        {
            filter &= Where.Regex(user => user.Username, new BsonRegularExpression(Regex.Escape(text), "i"));
        }

        if (after is not null)
        {
            filter &= Where.Gt(user => user.Username, after);
        }

        return await _users.Find(filter).SortBy(user => user.Username).Limit(limit).ToListAsync(cancellationToken).WithTimeout(cancellationToken);
    }

    // Each of these answers the account as it is now, or null if it is gone.
    public Task<User?> SetDisplayNameAsync(string username, string? name, CancellationToken cancellationToken) => ChangeAsync(
        Where.Eq(user => user.Username, username),
        name is null ? Update.Unset(user => user.DisplayName) : Update.Set(user => user.DisplayName, name),
        cancellationToken);

    /// <summary>Sets another password; with it, all sessions but <paramref name="keep"/> must end.</summary>
    /// <returns><see langword="null"/> also if somebody else has changed it since <paramref name="user"/> was read.</returns>
    public Task<User?> SetPasswordAsync(User user, string hash, string keep, CancellationToken cancellationToken) => ChangeAsync(
        Where.Eq(stored => stored.Username, user.Username)
            & (user.PasswordVersion == 0 ? Where.Exists(stored => stored.PasswordVersion, exists: false) : Where.Eq(stored => stored.PasswordVersion, user.PasswordVersion)),
        Ending(keep).Set(stored => stored.Password, hash).Inc(stored => stored.PasswordVersion, 1).Unset(stored => stored.PasswordChangeRequired),
        cancellationToken);

    public Task<User?> RequirePasswordChangeAsync(string username, CancellationToken cancellationToken) => ChangeAsync(
        Where.Eq(user => user.Username, username), Ending().Set(user => user.PasswordChangeRequired, true), cancellationToken);

    public Task<User?> EndSessionsAsync(string username, CancellationToken cancellationToken) =>
        ChangeAsync(Where.Eq(user => user.Username, username), Ending(), cancellationToken);

    public Task<User?> DisableAsync(string username, CancellationToken cancellationToken) => ChangeAsync(
        Where.Eq(user => user.Username, username),
        Ending().Set(user => user.PendingEnd!.Keys, true).Set(user => user.DisabledAt, time.GetBsonTime()),
        cancellationToken);

    public Task<User?> EnableAsync(string username, CancellationToken cancellationToken) =>
        ChangeAsync(Where.Eq(user => user.Username, username), Update.Unset(user => user.DisabledAt), cancellationToken);

    public Task<User?> SetAdminAsync(string username, bool isAdmin, CancellationToken cancellationToken) => ChangeAsync(
        Where.Eq(user => user.Username, username),
        isAdmin ? Update.AddToSet(user => user.Roles, Roles.Admin) : Update.Pull(user => user.Roles, Roles.Admin),
        cancellationToken);

    /// <summary>Deletes an account: of its document, what keeps the name taken is left.</summary>
    public Task<User?> DeleteAsync(string username, CancellationToken cancellationToken) => ChangeAsync(
        Where.Eq(user => user.Username, username),
        Ending().Set(user => user.PendingEnd!.Keys, true)
            .Set(user => user.DeletedAt, time.GetBsonTime())
            .Set(user => user.Password, "")
            .Unset(user => user.DisplayName)
            .Unset(user => user.Email)
            .Unset(user => user.EmailKey)
            .Unset(user => user.Roles),
        cancellationToken);

    /// <summary>The accounts that have something left to end.</summary>
    public async Task<IReadOnlyList<User>> ListPendingAsync(int limit, CancellationToken cancellationToken) =>
        await _users.Find(Where.Gt(user => user.PendingEnd!.Id, ObjectId.Empty)).Limit(limit).ToListAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <returns>A page of the accounts that were deleted at or after a time, the oldest first.</returns>
    public async Task<List<User>> ListDeletedAsync(DateTime since, int limit, CancellationToken cancellationToken) =>
        await _users.Find(Where.Gte(user => user.DeletedAt, since)).SortBy(user => user.DeletedAt).Limit(limit).ToListAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <summary>Notes that all has ended that <paramref name="user"/> had to end when it was read.</summary>
    public Task HasEndedAsync(User user, CancellationToken cancellationToken) => _users.UpdateOneAsync(
        Where.Eq(stored => stored.Id, user.Id) & Where.Eq(stored => stored.PendingEnd!.Id, user.PendingEnd!.Id),
        Update.Unset(stored => stored.PendingEnd),
        options: null,
        cancellationToken).WithTimeout(cancellationToken);

    // Field by field: what an earlier change has not ended yet must still end.
    private static UpdateDefinition<User> Ending(string keep = "") =>
        Update.Set(user => user.PendingEnd!.Id, ObjectId.GenerateNewId()).Set(user => user.PendingEnd!.Keep, keep);

    private async Task<User?> ChangeAsync(FilterDefinition<User> which, UpdateDefinition<User> update, CancellationToken cancellationToken) =>
        await _users.FindOneAndUpdateAsync(
            which & Where.Eq(user => user.DeletedAt, null),
            update,
            new FindOneAndUpdateOptions<User> { ReturnDocument = ReturnDocument.After },
            cancellationToken).WithTimeout(cancellationToken);
}
