using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Presence.Typing;

/// <summary>Tracks who is typing in which discussion. An entry that is not renewed expires, on all replicas at the same time.</summary>
internal sealed class TypingUsers(IConnectionMultiplexer redis, IOptions<TypingOptions> options, TimeProvider time)
{
    // A sorted set: member "<user> <discussion>", score the end in milliseconds. Usernames hold no space.
    private static readonly RedisKey Typing = "presence:typing";

    /// <summary>Records that a user types or stops typing. The user need not be online; the discussion may be empty.</summary>
    public Task SetAsync(string username, string discussionId, bool isTyping, CancellationToken cancellationToken)
    {
        var (database, member) = (redis.GetDatabase(), $"{username} {discussionId}");
        return isTyping
            ? database.SortedSetAddAsync(Typing, member, Milliseconds(time.GetUtcNow() + options.Value.Lifetime)).WithTimeout(cancellationToken)
            : database.SortedSetRemoveAsync(Typing, member).WithTimeout(cancellationToken);
    }

    /// <summary>Removes all entries of a user who went offline.</summary>
    public async Task ClearAsync(string username, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var members = await database.SortedSetRangeByScoreAsync(Typing).WithTimeout(cancellationToken);
        var own = Array.FindAll(members, member => member.ToString().StartsWith($"{username} ", StringComparison.Ordinal));
        if (own.Length > 0)
        {
            await database.SortedSetRemoveAsync(Typing, own).WithTimeout(cancellationToken);
        }
    }

    /// <returns>The users who type in the discussion, or anywhere if it is <see langword="null"/>; sorted by code unit, each once.</returns>
    public async Task<string[]> ListAsync(string? discussionId, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var now = Milliseconds(time.GetUtcNow());
        _ = database.SortedSetRemoveRangeByScoreAsync(Typing, double.NegativeInfinity, now, flags: CommandFlags.FireAndForget);
        var members = await database.SortedSetRangeByScoreAsync(Typing, now, exclude: Exclude.Start).WithTimeout(cancellationToken);

        var users = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var text = member.ToString();
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            if (discussionId is null || text.AsSpan(space + 1).SequenceEqual(discussionId))
            {
                users.Add(text[..space]);
            }
        }

        return [.. users];
    }

    private static double Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
