using System.Text.Json.Serialization;

namespace Godzilla.Inference.Usage;

/// <summary>What was used: by the groups that were asked for, and in total.</summary>
internal sealed record UsageReport(string From, string To, IReadOnlyList<string> Group, IReadOnlyList<UsageLine> Usage, UsageLine Total)
{
    public string Status { get; } = "success";

    public string Message { get; } = "Usage";

    /// <summary>Sums up what was stored.</summary>
    public static UsageReport Of(UsageQuery query, IReadOnlyCollection<UsageDocument> documents)
    {
        string? Part(string group, string value) => query.Groups.Contains(group) ? value : null;
        return new UsageReport(
            query.First,
            query.Last,
            query.Groups,
            [
                .. documents
                    .GroupBy(document => (
                        Day: Part(UsageQuery.Day, document.Day), Key: Part(UsageQuery.Key, document.Key), Model: Part(UsageQuery.Model, document.Model)))
                    .OrderBy(group => group.Key.Day, StringComparer.Ordinal)
                    .ThenBy(group => group.Key.Key, StringComparer.Ordinal)
                    .ThenBy(group => group.Key.Model, StringComparer.Ordinal)
                    .Select(group => UsageLine.Sum(group) with { Day = group.Key.Day, Key = group.Key.Key, Model = group.Key.Model }),
            ],
            UsageLine.Sum(documents));
    }
}

/// <summary>
/// What was used by one group. The key is an id, and empty for sessions. Unaccounted tokens are the worst case of requests whose process died.
/// </summary>
internal sealed record UsageLine(
    long Requests,
    long PromptTokens,
    long CompletionTokens,
    long CachedTokens,
    long UnaccountedTokens,
    long TotalTokens,
    decimal CostUsd)
{
    private const decimal MicroDollarsPerDollar = 1_000_000;

    [JsonPropertyOrder(-3)]
    public string? Day { get; init; }

    [JsonPropertyOrder(-2)]
    public string? Key { get; init; }

    [JsonPropertyOrder(-1)]
    public string? Model { get; init; }

    public static UsageLine Sum(IEnumerable<UsageDocument> documents) => documents.Aggregate(
        new UsageLine(0, 0, 0, 0, 0, 0, 0),
        (sum, document) => sum with
        {
            Requests = sum.Requests + document.Requests,
            PromptTokens = sum.PromptTokens + document.Prompt,
            CompletionTokens = sum.CompletionTokens + document.Completion,
            CachedTokens = sum.CachedTokens + document.Cached,
            UnaccountedTokens = sum.UnaccountedTokens + document.Unaccounted,
            TotalTokens = sum.TotalTokens + document.Tokens,
            CostUsd = sum.CostUsd + (document.MicroDollars / MicroDollarsPerDollar),
        });
}
