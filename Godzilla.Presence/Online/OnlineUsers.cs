using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Presence.Online;

/// <summary>
/// Who is online: every connection holds a lease in Redis, and a user is online while any of theirs does. No replica keeps anything of
/// its own, so all answer the same, a restart forgets nobody, and a client that died is gone when its lease is.
/// </summary>
internal sealed class OnlineUsers(IConnectionMultiplexer redis, IOptions<OnlineOptions> options, TimeProvider time)
{
    // A sorted set: member "<user> <connection>", score the end of the lease in milliseconds. Usernames hold no space.
    private static readonly RedisKey Leases = "presence:leases";

    /// <summary>Begins or renews the lease of a connection.</summary>
    /// <param name="username">The user.</param>
    /// <param name="connectionId">The connection; empty for a client that names none, each of whose calls is one more connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Everybody online, sorted.</returns>
    public Task<string[]> ConnectAsync(string username, string connectionId, CancellationToken cancellationToken) =>
        RenewAsync([(username, connectionId)], cancellationToken);

    /// <summary>Begins or renews the leases of many connections.</summary>
    /// <param name="connections">Users and their connections.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Everybody online, sorted.</returns>
    public async Task<string[]> RenewAsync(
        IReadOnlyCollection<(string Username, string ConnectionId)> connections, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var leases = connections.Select(connection => connection.ConnectionId.Length > 0
            ? new SortedSetEntry(Member(connection.Username, connection.ConnectionId), Ends(now + options.Value.Lease))
            : new SortedSetEntry(Member(connection.Username, $"~{Guid.NewGuid():N}"), Ends(now + options.Value.AnonymousLease)));

        await redis.GetDatabase().SortedSetAddAsync(Leases, [.. leases]).Within(cancellationToken);
        return await ListAsync(cancellationToken);
    }

    /// <summary>Ends the lease of a connection, or of any one of the user's connections without an id.</summary>
    /// <param name="username">The user.</param>
    /// <param name="connectionId">The connection, or empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when it is done; an unknown connection is no error.</returns>
    public async Task DisconnectAsync(string username, string connectionId, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        if (connectionId.Length > 0)
        {
            await database.SortedSetRemoveAsync(Leases, Member(username, connectionId)).Within(cancellationToken);
            return;
        }

        // Two such calls may pick the same member; the loser, whose removal removes nothing, picks again.
        while (await FindAnonymousAsync(database, username, cancellationToken) is { } member)
        {
            if (await database.SortedSetRemoveAsync(Leases, member).Within(cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Who is online now.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Their names, sorted by code unit, each once.</returns>
    public async Task<string[]> ListAsync(CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var now = Ends(time.GetUtcNow());

        // What has expired is left out of the answer by its score; removing it only keeps the set small.
        _ = database.SortedSetRemoveRangeByScoreAsync(Leases, double.NegativeInfinity, now, flags: CommandFlags.FireAndForget);
        var members = await database.SortedSetRangeByScoreAsync(Leases, now, exclude: Exclude.Start).Within(cancellationToken);

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
            .Within(cancellationToken);
        return members.Select(member => member.ToString())
            .FirstOrDefault(member => member.StartsWith($"{username} ~", StringComparison.Ordinal));
    }

    private static string Member(string username, string connectionId) => $"{username} {connectionId}";

    private static string UserOf(string member) => member[..member.IndexOf(' ', StringComparison.Ordinal)];

    private static double Ends(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
