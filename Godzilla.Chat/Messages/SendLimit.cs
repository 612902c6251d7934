using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Messages;

/// <summary>
/// Limits how quickly a user sends, over all their connections to this replica: a token bucket each. A call of several messages takes a token
/// for each, and may overdraw what is there once.
/// </summary>
internal sealed class SendLimit(IOptions<SendLimitOptions> options, TimeProvider time)
{
    private const int SweepAt = 10_000;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly SendLimitOptions _options = options.Value;
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private long _sweptAt = time.GetTimestamp();

    /// <summary>Takes tokens.</summary>
    /// <param name="username">The sender.</param>
    /// <param name="count">How many messages.</param>
    /// <returns>Whether they may be sent; if not, when the next may; and whether little is left, so that the sender is to be warned.</returns>
    public (bool IsAllowed, TimeSpan RetryAfter, bool IsLow) Take(string username, int count)
    {
        // Not at each call: those who send just now stay.
        if (time.GetElapsedTime(Volatile.Read(ref _sweptAt)) > SweepEvery)
        {
            Volatile.Write(ref _sweptAt, time.GetTimestamp());
            if (_buckets.Count > SweepAt)
            {
                Sweep();
            }
        }

        var bucket = _buckets.GetOrAdd(username, static (_, start) => new Bucket { Tokens = start.Burst, At = start.Now }, (_options.Burst, Now: time.GetTimestamp()));
        lock (bucket)
        {
            Refill(bucket);
            if (bucket.Tokens < 1)
            {
                return (false, TimeSpan.FromSeconds((1 - bucket.Tokens) / _options.PerSecond), true);
            }

            bucket.Tokens -= count;
            return (true, TimeSpan.Zero, bucket.Tokens < _options.Burst / 3.0);
        }
    }

    private void Refill(Bucket bucket)
    {
        var now = time.GetTimestamp();
        bucket.Tokens = Math.Min(_options.Burst, bucket.Tokens + (time.GetElapsedTime(bucket.At, now).TotalSeconds * _options.PerSecond));
        bucket.At = now;
    }

    // A full bucket is as good as none.
    private void Sweep()
    {
        foreach (var (username, bucket) in _buckets)
        {
            lock (bucket)
            {
                Refill(bucket);
                if (bucket.Tokens >= _options.Burst)
                {
                    _buckets.TryRemove(new(username, bucket));
                }
            }
        }
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; }

        public long At { get; set; }
    }
}
