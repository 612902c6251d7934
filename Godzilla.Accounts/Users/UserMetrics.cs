using System.Diagnostics.Metrics;

namespace Godzilla.Accounts.Users;

/// <summary>Counts registrations and accounts that are deleted.</summary>
internal sealed class UserMetrics
{
    private readonly Counter<long> _registered;
    private readonly Counter<long> _deleted;

    public UserMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Godzilla.Accounts");
        _registered = meter.CreateCounter<long>("godzilla.accounts.registrations", "{user}", "Users who registered.");
        _deleted = meter.CreateCounter<long>("godzilla.accounts.deletions", "{user}", "Users who deleted their account.");
    }

    public void Registered() => _registered.Add(1);

    public void Deleted() => _deleted.Add(1);
}
