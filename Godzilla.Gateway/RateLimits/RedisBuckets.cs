using System.Globalization;
using Godzilla.ServiceDefaults.Errors;
using StackExchange.Redis;

namespace Godzilla.Gateway.RateLimits;

/// <summary>
/// The buckets that all replicas share. A bucket is one number, the time at which it is full again, and its key expires then: what Redis
/// holds is bounded by what is in use. The clock is Redis's own, so replicas need not agree on the time.
/// </summary>
internal sealed class RedisBuckets(IConnectionMultiplexer redis)
{
    // Microseconds since 1970 fit a double without loss until the year 2255. What is owed is taken even if it is not there; the debt has a
    // limit, so that nobody waits for ever.
    private const string Script =
        """
        local per_second, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
        local owed, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])
        local clock = redis.call('TIME')
        local now = clock[1] * 1000000 + clock[2]
        local full_at = tonumber(redis.call('GET', KEYS[1]) or 0)
        local missing = math.max(0, full_at - now) * per_second / 1000000 + owed
        local taken = math.max(0, math.min(wanted, math.floor(burst - missing)))
        if taken + owed > 0 then
          missing = math.min(missing + taken, 2 * burst)
          local microseconds = missing * 1000000 / per_second
          redis.call('SET', KEYS[1], string.format('%.0f', now + microseconds), 'PX', string.format('%.0f', math.ceil(microseconds / 1000)))
        end
        return {taken, string.format('%.6f', burst - missing)}
        """;

    /// <summary>Takes tokens from a bucket, as many of the wanted ones as it has.</summary>
    /// <param name="key">The bucket's key.</param>
    /// <param name="limit">Its size and speed.</param>
    /// <param name="owed">Tokens that were spent already. They are taken first, and even if they are not there.</param>
    /// <param name="wanted">How many more to take at most.</param>
    /// <param name="cancellationToken">Ends the wait; the tokens are taken all the same.</param>
    public async Task<BucketAnswer> TakeAsync(string key, Limit limit, int owed, int wanted, CancellationToken cancellationToken = default)
    {
        RedisValue[] arguments = [limit.PerSecond, limit.Burst, owed, wanted];
        var answer = (RedisResult[])(await redis.GetDatabase().ScriptEvaluateAsync(Script, [key], arguments).WithTimeout(cancellationToken))!;
        return new BucketAnswer((int)answer[0], double.Parse((string)answer[1]!, CultureInfo.InvariantCulture));
    }
}
