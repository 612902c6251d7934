using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Gateway.Bearer;

/// <summary>An API key or an access token that is good, in the gateway's memory.</summary>
/// <param name="id">The hash of the key, or the id of the token's family: what is published when it ends.</param>
/// <param name="token">As the client sends it.</param>
/// <param name="grant">What it allows.</param>
/// <param name="generation">The value of <see cref="SessionEndings.Generation"/> when it was looked up.</param>
/// <param name="now">When that was.</param>
internal sealed class BearerCaller(string id, string token, BearerGrant grant, int generation, DateTimeOffset now)
    : Caller(id, grant.User, "Bearer")
{
    private static readonly long UseNotedEvery = TimeSpan.TicksPerMinute;
    private readonly string _models = string.Join(' ', grant.Models);
    private readonly string _scopes = string.Join(' ', grant.Scopes);
    private long _notedAt = now.UtcTicks;

    public string Token => token;

    public int Generation => generation;

    public override string Key => grant.Id;

    public override string Scopes => _scopes;

    public override string Models => _models;

    public bool HasExpired(DateTimeOffset at) => at >= grant.ExpiresAt;

    /// <summary>Whether it may do what one of these stands for.</summary>
    public bool HasOneOf(IReadOnlyList<string> scopes)
    {
        for (var i = 0; i < scopes.Count; i++)
        {
            if (grant.Scopes.Contains(scopes[i], StringComparer.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Notes that it is used.</summary>
    /// <returns><see langword="false"/> if use was noted less than a minute ago.</returns>
    public bool Use(DateTimeOffset at)
    {
        var noted = Volatile.Read(ref _notedAt);
        return at.UtcTicks - noted >= UseNotedEvery && Interlocked.CompareExchange(ref _notedAt, at.UtcTicks, noted) == noted;
    }
}

/// <summary>What a key or a token allows.</summary>
/// <param name="Id">The key's or the family's id, as its user knows it.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Models">The models that it may use; none: all.</param>
internal sealed record BearerGrant(string Id, string User, IReadOnlyList<string> Scopes, IReadOnlyList<string> Models, DateTimeOffset? ExpiresAt);
