using System.Diagnostics.Metrics;

namespace Godzilla.Accounts.Tokens;

/// <summary>Counts the tokens of programs.</summary>
internal sealed class TokenMetrics
{
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _ended;

    public TokenMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Godzilla.Accounts");
        _refreshes = meter.CreateCounter<long>("godzilla.accounts.token_refreshes", "{request}", "Refresh tokens that were sent, by result.");
        _ended = meter.CreateCounter<long>("godzilla.accounts.token_families.ended", "{family}", "Sign-ins of programs that were ended, with all their tokens.");
    }

    public void Refreshed() => Add("succeeded");

    public void Refused() => Add("refused");

    /// <summary>A token that was used before: somebody has a copy.</summary>
    public void Reused() => Add("reused");

    public void Ended(int count) => _ended.Add(count);

    private void Add(string result) => _refreshes.Add(1, new KeyValuePair<string, object?>("result", result));
}
