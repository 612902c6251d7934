using System.Globalization;

namespace Godzilla.Inference.Budgets;

/// <summary>A request that a budget does not allow. It has cost nothing.</summary>
internal sealed class BudgetExceededException(
    BudgetLimit limit, BudgetOwner owner, long allowed, long left, long wanted, TimeSpan? retryAfter, BudgetState state)
    : Exception(Describe(limit, owner, allowed, left, wanted, retryAfter))
{
    /// <summary>The limit that refused it.</summary>
    public BudgetLimit Limit => limit;

    /// <summary>Whose limit that is.</summary>
    public BudgetOwner Owner => owner;

    /// <summary>When the request would pass, if nothing else is used; <see langword="null"/> if it is larger than the whole budget.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>The limits a minute, for <c>x-ratelimit-*</c>.</summary>
    public BudgetState State => state;

    /// <summary>Whether the month's budget is spent. OpenAI's error then has type and code <c>insufficient_quota</c>, and a retry is no use.</summary>
    public bool IsQuota => limit is BudgetLimit.TokensPerMonth or BudgetLimit.MoneyPerMonth;

    /// <summary>The <c>type</c> of OpenAI's error.</summary>
    public string Type => limit switch
    {
        BudgetLimit.RequestsPerMinute => "requests",
        BudgetLimit.TokensPerMinute => "tokens",
        _ => "insufficient_quota",
    };

    /// <summary>The <c>code</c> of OpenAI's error.</summary>
    public string Code => IsQuota ? "insufficient_quota" : "rate_limit_exceeded";

    private static string Describe(BudgetLimit limit, BudgetOwner owner, long allowed, long left, long wanted, TimeSpan? retryAfter)
    {
        var whose = owner == BudgetOwner.Key ? "this API key" : "this user";
        var (what, factor) = limit switch
        {
            BudgetLimit.RequestsPerMinute => ("requests per minute", 1m),
            BudgetLimit.TokensPerMinute => ("tokens per minute", 1m),
            BudgetLimit.TokensPerMonth => ("tokens per month", 1m),
            _ => ("USD per month", 1_000_000m),
        };
        var numbers = string.Create(
            CultureInfo.InvariantCulture, $"limit {allowed / factor:0.######}, left {Math.Max(0, left) / factor:0.######}, needed at most {wanted / factor:0.######}");
        var remedy = retryAfter switch
        {
            null => "The request alone is larger than the limit; make it smaller.",
            _ when limit is BudgetLimit.TokensPerMonth or BudgetLimit.MoneyPerMonth => "The budget is renewed with the month (UTC).",
            { } wait => string.Create(CultureInfo.InvariantCulture, $"Try again in {Math.Ceiling(wait.TotalSeconds):0} s."),
        };
        return $"The limit of {what} for {whose} is reached: {numbers}. {remedy}";
    }
}
