namespace Godzilla.Gateway.RateLimits;

/// <summary>A limit as it is enforced.</summary>
/// <param name="Policy">The name under which clients, routes and metrics know it.</param>
/// <param name="PerSecond">How many tokens come back a second.</param>
/// <param name="Burst">How many tokens a full bucket has.</param>
internal sealed record Limit(string Policy, double PerSecond, int Burst)
{
    public static Limit From(string policy, BucketOptions options) => new(policy, options.PerSecond, options.Burst);

    /// <summary>What one of several replicas may let through when they cannot count together. At least one request at once: else nobody gets in.</summary>
    public Limit ShareOf(int replicas) => replicas == 1 ? this : this with { PerSecond = PerSecond / replicas, Burst = Math.Max(1, Burst / replicas) };

    /// <summary>How long it takes until so many tokens have come back.</summary>
    public TimeSpan TimeFor(double tokens) => TimeSpan.FromSeconds(Math.Max(0, tokens) / PerSecond);
}
