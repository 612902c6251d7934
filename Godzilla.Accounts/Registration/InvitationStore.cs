using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Accounts.Registration;

/// <summary>Invitations, each for one registration, in <c>accountsdb.invitations</c>.</summary>
internal sealed class InvitationStore(IMongoDatabase database, TimeProvider time)
{
    private const int CodeLength = 24;
    private static readonly FilterDefinitionBuilder<Invitation> Where = Builders<Invitation>.Filter;

    private readonly IMongoCollection<Invitation> _invitations = database.GetCollection<Invitation>("invitations");

    internal Task EnsureIndexesAsync() => _invitations.Indexes.CreateManyAsync(
    [
        new CreateIndexModel<Invitation>(
            Builders<Invitation>.IndexKeys.Ascending(invitation => invitation.Hash), new CreateIndexOptions { Name = "hash", Unique = true }),
        new CreateIndexModel<Invitation>(
            Builders<Invitation>.IndexKeys.Ascending(invitation => invitation.ExpiresAt), new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.Zero }),
    ]);

    /// <summary>Creates an invitation.</summary>
    /// <returns>It, and its code, which is stored nowhere.</returns>
    public async Task<(Invitation Invitation, string Code)> CreateAsync(string by, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var (code, now) = (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(CodeLength)), time.GetBsonTime());
        var invitation = new Invitation
        {
            Id = ObjectId.GenerateNewId(),
            Hash = HashOf(code),
            CreatedBy = by,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        };
        await _invitations.InsertOneAsync(invitation, options: null, cancellationToken).WithTimeout(cancellationToken);
        return (invitation, code);
    }

    /// <summary>Those that have not expired, the newest first.</summary>
    public async Task<IReadOnlyList<Invitation>> ListAsync(int limit, CancellationToken cancellationToken) =>
        await _invitations.Find(Where.Gt(invitation => invitation.ExpiresAt, time.GetBsonTime()))
            .SortByDescending(invitation => invitation.Id).Limit(limit).ToListAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <returns><see langword="false"/> if there is none.</returns>
    public async Task<bool> DeleteAsync(ObjectId id, CancellationToken cancellationToken) =>
        (await _invitations.DeleteOneAsync(Where.Eq(invitation => invitation.Id, id), cancellationToken).WithTimeout(cancellationToken)).DeletedCount > 0;

    /// <summary>
    /// Takes an invitation for <paramref name="username"/>. Whoever took it and was not told takes it again by the same name: a name is
    /// registered once, so that is still one account.
    /// </summary>
    /// <returns>How to give it back, if the registration fails; or <see langword="null"/> if the code is not good.</returns>
    public async Task<Func<Task>?> TakeAsync(string code, string username, CancellationToken cancellationToken)
    {
        var before = await _invitations.FindOneAndUpdateAsync(
            Where.Eq(invitation => invitation.Hash, HashOf(code))
                & Where.Gt(invitation => invitation.ExpiresAt, time.GetBsonTime())
                & Where.In(invitation => invitation.UsedBy, [null, username]),
            Builders<Invitation>.Update.Set(invitation => invitation.UsedBy, username),
            options: null,
            cancellationToken).WithTimeout(cancellationToken);
        return before is null ? null : () => GiveBackAsync(before, username);
    }

    // Not if it was taken before: with that, this name may have been registered.
    private Task GiveBackAsync(Invitation before, string username) => before.UsedBy is not null
        ? Task.CompletedTask
        : _invitations.UpdateOneAsync(
            Where.Eq(invitation => invitation.Id, before.Id) & Where.Eq(invitation => invitation.UsedBy, username),
            Builders<Invitation>.Update.Unset(invitation => invitation.UsedBy)).WithTimeout();

    private static string HashOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
}
