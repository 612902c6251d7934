using System.Diagnostics.Metrics;

namespace Godzilla.Accounts.Users;

/// <summary>Counts registrations.</summary>
internal sealed class UserMetrics
{
    private readonly Counter<long> _registered;

    public UserMetrics(IMeterFactory meters) =>
        _registered = meters.Create("Godzilla.Accounts").CreateCounter<long>("godzilla.accounts.registrations", "{user}", "Users who registered.");

    public void Registered() => _registered.Add(1);
}
