using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Gateway.Sessions;

/// <summary>A live session in the gateway's memory: the user of all its requests.</summary>
/// <param name="id">The SHA-256 of its token, in hex.</param>
internal sealed class Session(string id, string token, SessionRecord record, int generation) : Caller(id, record.User, "Session")
{
    private static readonly long UseNotedEvery = TimeSpan.TicksPerMinute;
    private long _seenAt = record.SeenAt.UtcTicks;

    public string Token => token;

    public override string SessionId => Id;

    /// <summary>The value of <see cref="SessionEndings.Generation"/> when it was looked up.</summary>
    public int Generation => generation;

    /// <summary>Whether it has ended by time alone.</summary>
    public bool HasExpired(DateTimeOffset now) =>
        now >= record.ExpiresAt
        || (record.IdleSeconds is { } idle && now.UtcTicks - Volatile.Read(ref _seenAt) >= idle * TimeSpan.TicksPerSecond);

    /// <summary>Notes that it is used.</summary>
    /// <returns>The record to store, or <see langword="null"/> if use was noted less than a minute ago.</returns>
    public SessionRecord? Use(DateTimeOffset now)
    {
        var seen = Volatile.Read(ref _seenAt);
        return now.UtcTicks - seen >= UseNotedEvery && Interlocked.CompareExchange(ref _seenAt, now.UtcTicks, seen) == seen
            ? record with { SeenAt = now }
            : null;
    }
}
