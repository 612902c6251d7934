using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Presence.Typing;

/// <summary>Who is typing, and where. An entry that is not renewed ends by itself, on every replica at the same time.</summary>
internal sealed class TypingUsers(IConnectionMultiplexer redis, IOptions<TypingOptions> options, TimeProvider time)
{
    // A sorted set: member "<user> <discussion>", score the end in milliseconds. Usernames hold no space.
    private static readonly RedisKey Typing = "presence:typing";

    /// <summary>Notes that a user begins, goes on, or stops typing.</summary>
    /// <param name="username">The user, who need not be online.</param>
    /// <param name="discussionId">Where, or empty.</param>
    /// <param name="isTyping">Whether they type.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when it is noted.</returns>
    public Task SetAsync(string username, string discussionId, bool isTyping, CancellationToken cancellationToken)
    {
        var (database, member) = (redis.GetDatabase(), $"{username} {discussionId}");
        return isTyping
            ? database.SortedSetAddAsync(Typing, member, Milliseconds(time.GetUtcNow() + options.Value.Lifetime)).Within(cancellationToken)
            : database.SortedSetRemoveAsync(Typing, member).Within(cancellationToken);
    }

    /// <summary>Ends all typing of a user who is gone.</summary>
    /// <param name="username">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when it is noted.</returns>
    public async Task ClearAsync(string username, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var members = await database.SortedSetRangeByScoreAsync(Typing).Within(cancellationToken);
        var own = Array.FindAll(members, member => member.ToString().StartsWith($"{username} ", StringComparison.Ordinal));
        if (own.Length > 0)
        {
            await database.SortedSetRemoveAsync(Typing, own).Within(cancellationToken);
        }
    }

    /// <summary>Who is typing now.</summary>
    /// <param name="discussionId">Only in this discussion; <see langword="null"/> for anywhere.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Their names, sorted by code unit, each once.</returns>
    public async Task<string[]> ListAsync(string? discussionId, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var now = Milliseconds(time.GetUtcNow());
        _ = database.SortedSetRemoveRangeByScoreAsync(Typing, double.NegativeInfinity, now, flags: CommandFlags.FireAndForget);
        var members = await database.SortedSetRangeByScoreAsync(Typing, now, exclude: Exclude.Start).Within(cancellationToken);

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
