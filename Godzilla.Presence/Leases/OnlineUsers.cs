using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Presence.Leases;

/// <summary>
/// Tracks who is online. Every connection holds a lease in Redis, and a user is online while any of their connections does. Replicas keep
/// no state, so all answer the same and a restart forgets nobody; a lease that is not renewed expires.
/// </summary>
internal sealed class OnlineUsers(IConnectionMultiplexer redis, IOptions<OnlineOptions> options, TimeProvider time)
{
    // A sorted set: member "<user> <connection>", score the end of the lease in milliseconds. Usernames hold no space.
    private static readonly RedisKey Leases = "presence:leases";

    /// <summary>Creates or renews a connection's lease. With an empty id, each call is one more connection.</summary>
    /// <returns>All online users, sorted.</returns>
    public Task<string[]> ConnectAsync(string username, string connectionId, CancellationToken cancellationToken) =>
        RenewAsync([(username, connectionId)], cancellationToken);

    /// <inheritdoc cref="ConnectAsync"/>
    public async Task<string[]> RenewAsync(
        IReadOnlyCollection<(string Username, string ConnectionId)> connections, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var leases = connections.Select(connection => connection.ConnectionId.Length > 0
            ? new SortedSetEntry(Member(connection.Username, connection.ConnectionId), Ends(now + options.Value.Lease))
            : new SortedSetEntry(Member(connection.Username, $"~{Guid.NewGuid():N}"), Ends(now + options.Value.AnonymousLease)));

        await redis.GetDatabase().SortedSetAddAsync(Leases, [.. leases]).WithTimeout(cancellationToken);
        return await ListAsync(cancellationToken);
    }

    /// <summary>Ends a connection's lease; with an empty id, that of any one of the user's connections without an id.</summary>
    public async Task DisconnectAsync(string username, string connectionId, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        if (connectionId.Length > 0)
        {
            await database.SortedSetRemoveAsync(Leases, Member(username, connectionId)).WithTimeout(cancellationToken);
            return;
        }

        // Two such calls may pick the same member. The one whose removal removes nothing picks again.
        while (await FindAnonymousAsync(database, username, cancellationToken) is { } member)
        {
            if (await database.SortedSetRemoveAsync(Leases, member).WithTimeout(cancellationToken))
            {
                return;
            }
        }
    }

    /// <returns>All online users, sorted by code unit, each once.</returns>
    public async Task<string[]> ListAsync(CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var now = Ends(time.GetUtcNow());

        // The score keeps expired leases out of the answer; removing them only keeps the set small.
        _ = database.SortedSetRemoveRangeByScoreAsync(Leases, double.NegativeInfinity, now, flags: CommandFlags.FireAndForget);
        var members = await database.SortedSetRangeByScoreAsync(Leases, now, exclude: Exclude.Start).WithTimeout(cancellationToken);

        var users = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            users.Add(UserOf(member.ToString()));
        }

        return [.. users];
    }

    private async Task<string?> FindAnonymousAsync(IDatabase database, string username, CancellationToken cancellationToken)
    {
        var members = await database
            .SortedSetRangeByScoreAsync(Leases, Ends(time.GetUtcNow()), exclude: Exclude.Start)
            .WithTimeout(cancellationToken);
        return members.Select(member => member.ToString())
            .FirstOrDefault(member => member.StartsWith($"{username} ~", StringComparison.Ordinal));
    }

    private static string Member(string username, string connectionId) => $"{username} {connectionId}";

    private static string UserOf(string member) => member[..member.IndexOf(' ', StringComparison.Ordinal)];

    private static double Ends(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
