using System.Diagnostics.Metrics;

namespace Godzilla.Accounts.Passwords;

/// <summary>Measures the queue of hashes.</summary>
internal sealed class HashingMetrics
{
    private readonly UpDownCounter<long> _waiting;
    private readonly Histogram<double> _wait;
    private readonly Counter<long> _computed;

    public HashingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Godzilla.Accounts");
        _waiting = meter.CreateUpDownCounter<long>("godzilla.accounts.hashing.waiting", "{hash}", "Hashes that wait for a thread.");
        _wait = meter.CreateHistogram<double>("godzilla.accounts.hashing.wait", "s", "How long a hash waited for a thread.");
        _computed = meter.CreateCounter<long>("godzilla.accounts.hashing.computed", "{hash}", "Hashes that were computed, also to verify a password.");
    }

    public void Queued() => _waiting.Add(1);

    public void Left() => _waiting.Add(-1);

    public void Started(TimeSpan wait)
    {
        _wait.Record(wait.TotalSeconds);
        _computed.Add(1);
    }
}
