using System.Diagnostics.Metrics;

namespace Godzilla.Accounts.ApiKeys;

/// <summary>Counts API keys that are created and that end.</summary>
internal sealed class ApiKeyMetrics
{
    private readonly Counter<long> _created;
    private readonly Counter<long> _ended;

    public ApiKeyMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Godzilla.Accounts");
        _created = meter.CreateCounter<long>("godzilla.accounts.api_keys.created", "{key}", "API keys that were created.");
        _ended = meter.CreateCounter<long>("godzilla.accounts.api_keys.ended", "{key}", "API keys that were deleted, by their user or with their account.");
    }

    public void Created() => _created.Add(1);

    public void Ended(int count) => _ended.Add(count);
}
