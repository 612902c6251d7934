using System.Diagnostics.Metrics;
using Godzilla.Inference.Usage;

namespace Godzilla.Inference.Budgets;

/// <summary>What the budgets do.</summary>
internal sealed class BudgetMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _admitted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _finished;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _dollars;
    private readonly Counter<long> _loads;

    public BudgetMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Godzilla.Inference");
        _admitted = _meter.CreateCounter<long>("godzilla.inference.budgets.admitted", "{request}", "Requests that the budgets allowed.");
        _refused = _meter.CreateCounter<long>("godzilla.inference.budgets.refused", "{request}", "Requests that a budget did not allow, by limit and owner.");
        _finished = _meter.CreateCounter<long>("godzilla.inference.budgets.finished", "{request}", "Reservations that cost something, by how they ended.");
        _tokens = _meter.CreateCounter<long>("godzilla.inference.budgets.tokens", "{token}", "Tokens that were charged, by type.");
        _dollars = _meter.CreateCounter<double>("godzilla.inference.budgets.cost", "{USD}", "What was charged.");
        _loads = _meter.CreateCounter<long>("godzilla.inference.budgets.loads", "{load}", "Months that were loaded from the database.");
    }

    public void Admitted() => _admitted.Add(1);

    public void Refused(BudgetExceededException reason) => _refused.Add(
        1,
        new KeyValuePair<string, object?>("limit", NameOf(reason.Limit)),
        new KeyValuePair<string, object?>("owner", reason.Owner == BudgetOwner.Key ? "key" : "user"));

    public void Finished(FinishMode mode, UsageRecord record)
    {
        _finished.Add(1, new KeyValuePair<string, object?>("end", mode switch
        {
            FinishMode.Settle => "settled",
            FinishMode.Cancel or FinishMode.Withdraw => "cancelled",
            _ => "expired",
        }));

        // A correction takes back what was charged before; a counter only goes up.
        Count(record.Prompt, "prompt");
        Count(record.Completion, "completion");
        Count(record.Unaccounted, "unaccounted");
        _dollars.Add(Math.Max(0, record.MicroDollars) / 1e6);
    }

    public void Loaded() => _loads.Add(1);

    public void ObserveHeld(Func<int> count, Func<Spend> spend)
    {
        _meter.CreateObservableGauge("godzilla.inference.budgets.held", count, "{request}", "Reservations that this process holds.");
        _meter.CreateObservableGauge("godzilla.inference.budgets.held_tokens", () => spend().Tokens, "{token}", "Tokens that this process has set aside.");
    }

    public void ObserveLate(Func<int> late, Func<int> unwritten)
    {
        _meter.CreateObservableGauge("godzilla.inference.budgets.late", late, "{request}", "Reservations that have ended, which Redis does not know yet.");
        _meter.CreateObservableGauge("godzilla.inference.usage.unwritten", unwritten, "{record}", "Usage that is not in the database yet.");
    }

    private static string NameOf(BudgetLimit limit) => limit switch
    {
        BudgetLimit.RequestsPerMinute => "requests_per_minute",
        BudgetLimit.TokensPerMinute => "tokens_per_minute",
        BudgetLimit.TokensPerMonth => "tokens_per_month",
        _ => "dollars_per_month",
    };

    private void Count(long tokens, string type)
    {
        if (tokens > 0)
        {
            _tokens.Add(tokens, new KeyValuePair<string, object?>("type", type));
        }
    }
}
