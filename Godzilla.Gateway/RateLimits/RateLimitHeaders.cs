using System.Globalization;

namespace Godzilla.Gateway.RateLimits;

/// <summary>
/// Tells the client about a limit: <c>RateLimit-Policy</c> and <c>RateLimit</c> as draft-ietf-httpapi-ratelimit-headers-10 has them, and
/// <c>Retry-After</c> where it was refused. <c>q</c> is what a full bucket has, <c>w</c> the seconds until an empty one is full, <c>r</c>
/// what is left, <c>t</c> the seconds until it is full again.
/// </summary>
internal static class RateLimitHeaders
{
    internal const string Policy = "RateLimit-Policy";
    internal const string State = "RateLimit";

    /// <summary>A parameter of both fields: Redis is away, and the numbers are those of this replica's share.</summary>
    internal const string Degraded = ";godzilla-degraded";

    internal static void Write(IHeaderDictionary headers, Limit limit, double left, bool isDegraded)
    {
        var note = isDegraded ? Degraded : "";
        var rest = Math.Max(0, Math.Floor(left));
        headers[Policy] = string.Create(
            CultureInfo.InvariantCulture, $"\"{limit.Policy}\";q={limit.Burst};w={Seconds(limit.TimeFor(limit.Burst))}{note}");
        headers[State] = string.Create(
            CultureInfo.InvariantCulture, $"\"{limit.Policy}\";r={rest};t={Seconds(limit.TimeFor(limit.Burst - left))}{note}");
    }

    internal static void WriteRetryAfter(IHeaderDictionary headers, TimeSpan wait) =>
        headers.RetryAfter = Seconds(wait).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whole seconds, rounded up: who waits that long does not come too early.</summary>
    internal static long Seconds(TimeSpan span) => Math.Max(1, (long)Math.Ceiling(span.TotalSeconds));
}
