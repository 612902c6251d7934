namespace Godzilla.Gateway.RateLimits;

/// <summary>A bucket in this process, by the same rules as the one in Redis. One thread at a time uses it.</summary>
internal sealed class LocalBucket(TimeProvider time)
{
    private readonly long _createdAt = time.GetTimestamp();

    // When it is full again, counted from its creation.
    private TimeSpan _fullAt;

    private TimeSpan Now => time.GetElapsedTime(_createdAt);

    public bool IsFull => _fullAt <= Now;

    /// <inheritdoc cref="RedisBuckets.TakeAsync"/>
    public BucketAnswer Take(Limit limit, int owed, int wanted)
    {
        var now = Now;
        var missing = (_fullAt > now ? (_fullAt - now).TotalSeconds * limit.PerSecond : 0) + owed;
        var taken = (int)Math.Clamp(Math.Floor(limit.Burst - missing), 0, wanted);
        missing = Math.Min(missing + taken, 2.0 * limit.Burst);
        _fullAt = now + limit.TimeFor(missing);
        return new BucketAnswer(taken, limit.Burst - missing);
    }
}
