using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Discussions;

/// <summary>Limits how many discussions a user creates a day, over all replicas, with a counter in Redis.</summary>
internal sealed class CreationLimit(IConnectionMultiplexer redis, IOptions<DiscussionOptions> options, IOptions<DependencyFailures> failures)
{
    private const long DayInMilliseconds = 24 * 60 * 60 * 1000;

    private const string Count = """
        local count = redis.call('INCR', KEYS[1])
        if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
        return {count, redis.call('PTTL', KEYS[1])}
        """;

    /// <summary>Counts one more.</summary>
    /// <returns>When the next may be created, if this one may not be; otherwise <see langword="null"/>.</returns>
    public async Task<TimeSpan?> TakeAsync(string username)
    {
        try
        {
            var result = (RedisValue[])(await redis.GetDatabase()
                .ScriptEvaluateAsync(Count, [$"chat:created:{username}"], [DayInMilliseconds]).WithTimeout())!;
            return (long)result[0] > options.Value.CreatedPerDay ? TimeSpan.FromMilliseconds((long)result[1]) : null;
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            // How many they may be in still is a limit.
            return null;
        }
    }
}
