namespace Godzilla.Inference.Budgets;

/// <summary>The limits of a user or a key. 0 is no limit.</summary>
internal sealed class BudgetLimits
{
    // More than anybody needs; the scripts count in doubles, which are exact up to 2^53.
    private const long Most = 1_000_000_000_000;
    private const decimal MicroDollarsPerDollar = 1_000_000;

    /// <summary>Requests in any 60 seconds.</summary>
    public long? RequestsPerMinute { get; set; }

    /// <summary>Tokens in any 60 seconds, counted when their request is admitted.</summary>
    public long? TokensPerMinute { get; set; }

    /// <summary>Tokens in a calendar month (UTC).</summary>
    public long? TokensPerMonth { get; set; }

    /// <summary>US dollars in a calendar month (UTC).</summary>
    public decimal? DollarsPerMonth { get; set; }

    internal long MicroDollarsPerMonth => (long)((DollarsPerMonth ?? 0) * MicroDollarsPerDollar);

    /// <returns>These limits, and those of <paramref name="others"/> where there is none.</returns>
    internal BudgetLimits Or(BudgetLimits others) => new()
    {
        RequestsPerMinute = RequestsPerMinute ?? others.RequestsPerMinute,
        TokensPerMinute = TokensPerMinute ?? others.TokensPerMinute,
        TokensPerMonth = TokensPerMonth ?? others.TokensPerMonth,
        DollarsPerMonth = DollarsPerMonth ?? others.DollarsPerMonth,
    };

    /// <returns>What is wrong with the values; empty if nothing is.</returns>
    internal IEnumerable<string> Validate(string key)
    {
        if (RequestsPerMinute is < 0 or > Most)
        {
            yield return $"{key}:RequestsPerMinute must be between 0 (no limit) and {Most}.";
        }

        if (TokensPerMinute is < 0 or > Most)
        {
            yield return $"{key}:TokensPerMinute must be between 0 (no limit) and {Most}.";
        }

        if (TokensPerMonth is < 0 or > Most)
        {
            yield return $"{key}:TokensPerMonth must be between 0 (no limit) and {Most}.";
        }

        if (DollarsPerMonth is not (null or 0 or (>= 0.000001m and <= 1_000_000_000m)))
        {
            yield return $"{key}:DollarsPerMonth must be 0 (no limit), or between 0.000001 and 1000000000.";
        }
    }
}
