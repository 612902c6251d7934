using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Godzilla.Accounts.Tokens;

/// <summary>
/// The sign-ins of programs, in <c>accountsdb.token_families</c>. A refresh token is exchanged in one update that only one caller can make.
/// A family ends as an API key does: it is marked, which refuses it; that is published; it is deleted. What is left half-done by an outage,
/// <see cref="AccountSweep"/> finishes.
/// </summary>
internal sealed class TokenFamilyStore(
    IMongoDatabase database, IConnectionMultiplexer redis, IOptions<TokenOptions> options, TokenMetrics metrics, TimeProvider time)
{
    // A token an hour comes to this after forty days. One that is older yet is refused, and the family goes on.
    private const int MaxSpent = 1000;

    private static readonly RedisChannel Ended = new(SessionKeys.Ended, RedisChannel.PatternMode.Literal);
    private static readonly FilterDefinitionBuilder<TokenFamily> Where = Builders<TokenFamily>.Filter;

    private readonly IMongoCollection<TokenFamily> _families = database.GetCollection<TokenFamily>("token_families");

    internal Task EnsureIndexesAsync() => _families.Indexes.CreateManyAsync(
    [
        new CreateIndexModel<TokenFamily>(Builders<TokenFamily>.IndexKeys.Ascending(family => family.User), new CreateIndexOptions { Name = "user" }),
        new CreateIndexModel<TokenFamily>(
            Builders<TokenFamily>.IndexKeys.Ascending(family => family.EndedAt), new CreateIndexOptions { Name = "ended", Sparse = true }),
        new CreateIndexModel<TokenFamily>(
            Builders<TokenFamily>.IndexKeys.Ascending(family => family.ExpiresAt), new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.Zero }),
    ]);

    /// <summary>Creates a family for a user who has proved who they are. Beyond the limit of a user's families, the oldest end.</summary>
    /// <returns>The family and its first refresh token, of which only the hash is stored.</returns>
    public async Task<(TokenFamily Family, string RefreshToken)> BeginAsync(
        User user, string[] scopes, CallerIdentity client, CancellationToken cancellationToken)
    {
        var (id, now) = (ObjectId.GenerateNewId(), time.GetBsonTime());
        var token = RefreshToken.Create(id);
        var family = new TokenFamily
        {
            Id = id,
            User = user.Username,
            Current = RefreshToken.HashOf(token),
            Scopes = scopes,
            PasswordVersion = user.PasswordVersion,
            CreatedAt = now,
            UsedAt = now,
            ExpiresAt = EndOf(now, now),
            Address = client.Address,
            UserAgent = client.UserAgent,
        };
        await _families.InsertOneAsync(family, options: null, cancellationToken).WithTimeout(cancellationToken);
        await EndOldestAsync(user.Username, cancellationToken);
        return (family, token);
    }

    /// <summary>Exchanges a refresh token for the next one.</summary>
    /// <param name="family">As it was found with that token.</param>
    /// <returns>The family as it is now and its refresh token, or <see langword="null"/> if the token was exchanged or the family ended meanwhile.</returns>
    public async Task<(TokenFamily Family, string RefreshToken)?> TryRotateAsync(TokenFamily family, string hash, CancellationToken cancellationToken)
    {
        var (token, now) = (RefreshToken.Create(family.Id), time.GetBsonTime());
        var rotated = await _families.FindOneAndUpdateAsync(
            Where.Eq(stored => stored.Id, family.Id) & Where.Eq(stored => stored.Current, hash) & Where.Eq(stored => stored.EndedAt, null),
            Builders<TokenFamily>.Update
                .Set(stored => stored.Current, RefreshToken.HashOf(token))
                .Set(stored => stored.UsedAt, now)
                .Set(stored => stored.ExpiresAt, EndOf(family.CreatedAt, now))
                .PushEach(stored => stored.Spent, [hash], slice: -MaxSpent),
            new FindOneAndUpdateOptions<TokenFamily> { ReturnDocument = ReturnDocument.After },
            cancellationToken).WithTimeout(cancellationToken);
        return rotated is null ? null : (rotated, token);
    }

    /// <summary>Finds a family that goes on.</summary>
    public async Task<TokenFamily?> FindAsync(ObjectId id, CancellationToken cancellationToken)
    {
        var family = await _families.Find(stored => stored.Id == id && stored.EndedAt == null)
            .FirstOrDefaultAsync(cancellationToken).WithTimeout(cancellationToken);
        return family?.ExpiresAt <= time.GetBsonTime() ? null : family;
    }

    /// <summary>A user's families, the newest first.</summary>
    public async Task<IReadOnlyList<TokenFamily>> ListAsync(string user, CancellationToken cancellationToken) =>
        await _families.Find(Where.Eq(family => family.User, user) & Where.Eq(family => family.EndedAt, null) & Where.Gt(family => family.ExpiresAt, time.GetBsonTime()))
            .SortByDescending(family => family.Id).ToListAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <summary>Ends a family: its tokens are refused from now on, and what runs with them is cut off.</summary>
    /// <returns><see langword="false"/> if the user has no such family.</returns>
    public async Task<bool> EndAsync(string user, ObjectId id, CancellationToken cancellationToken) =>
        await EndAsync(Where.Eq(family => family.User, user) & Where.Eq(family => family.Id, id), cancellationToken) > 0;

    /// <summary>Ends all families of a user.</summary>
    /// <returns>How many have ended.</returns>
    public Task<int> EndAllAsync(string user, CancellationToken cancellationToken) => EndAsync(Where.Eq(family => family.User, user), cancellationToken);

    /// <summary>Finishes what an outage has interrupted.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => EndAsync(Where.Lte(family => family.EndedAt, time.GetBsonTime()), cancellationToken);

    private async Task<int> EndAsync(FilterDefinition<TokenFamily> which, CancellationToken cancellationToken)
    {
        await _families.UpdateManyAsync(
            which & Where.Eq(family => family.EndedAt, null),
            Builders<TokenFamily>.Update.Set(family => family.EndedAt, time.GetBsonTime()),
            options: null,
            cancellationToken).WithTimeout(cancellationToken);
        var ended = await _families.Find(which & Where.Ne(family => family.EndedAt, null))
            .Project(family => family.Id).ToListAsync(cancellationToken).WithTimeout(cancellationToken);
        if (ended.Count == 0)
        {
            return 0;
        }

        await Task.WhenAll(ended.Select(id => redis.GetDatabase().PublishAsync(Ended, id.ToString()))).WithTimeout(cancellationToken);
        await _families.DeleteManyAsync(Where.In(family => family.Id, ended), cancellationToken).WithTimeout(cancellationToken);
        metrics.Ended(ended.Count);
        return ended.Count;
    }

    private async Task EndOldestAsync(string user, CancellationToken cancellationToken)
    {
        if (await _families.CountDocumentsAsync(Where.Eq(family => family.User, user), options: null, cancellationToken).WithTimeout(cancellationToken)
            <= options.Value.MaxPerUser)
        {
            return;
        }

        var surplus = (await ListAsync(user, cancellationToken)).Skip(options.Value.MaxPerUser).Select(family => family.Id).ToArray();
        if (surplus.Length > 0)
        {
            await EndAsync(Where.In(family => family.Id, surplus), cancellationToken);
        }
    }

    private DateTime EndOf(DateTime created, DateTime now)
    {
        var (next, last) = (now + options.Value.RefreshLifetime, created + options.Value.FamilyLifetime);
        return next < last ? next : last;
    }
}
