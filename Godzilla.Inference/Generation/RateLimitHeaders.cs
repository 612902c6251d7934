using System.Globalization;
using Godzilla.Inference.Budgets;

namespace Godzilla.Inference.Generation;

/// <summary>The headers <c>x-ratelimit-*</c>, as OpenAI's clients read them.</summary>
internal static class RateLimitHeaders
{
    public static void Set(Action<string, string> setHeader, BudgetState state)
    {
        Set(setHeader, "requests", state.Requests);
        Set(setHeader, "tokens", state.Tokens);
    }

    private static void Set(Action<string, string> setHeader, string what, RateState? state)
    {
        if (state is { } rate)
        {
            setHeader($"x-ratelimit-limit-{what}", rate.Limit.ToString(CultureInfo.InvariantCulture));
            setHeader($"x-ratelimit-remaining-{what}", Math.Max(0, rate.Remaining).ToString(CultureInfo.InvariantCulture));
            setHeader($"x-ratelimit-reset-{what}", Duration(rate.Reset));
        }
    }

    // As Go writes durations, which is what OpenAI sends: 1m3s, 850ms.
    private static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (long)time.TotalMilliseconds)}ms");
        }

        var seconds = (time - TimeSpan.FromMinutes((long)time.TotalMinutes)).TotalSeconds;
        return time < TimeSpan.FromMinutes(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###}s")
            : string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes}m{seconds:0.###}s");
    }
}
