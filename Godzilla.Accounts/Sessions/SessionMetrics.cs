using System.Diagnostics.Metrics;

namespace Godzilla.Accounts.Sessions;

/// <summary>Counts sign-ins by their result.</summary>
internal sealed class SessionMetrics
{
    private readonly Counter<long> _logins;

    public SessionMetrics(IMeterFactory meters) =>
        _logins = meters.Create("Godzilla.Accounts").CreateCounter<long>("godzilla.accounts.logins", "{login}", "Attempts to sign in.");

    public void LoggedIn() => Add("succeeded");

    public void Refused() => Add("refused");

    /// <summary>After too many failures: the password was not looked at.</summary>
    public void Throttled() => Add("throttled");

    /// <summary>Too many waited to be hashed.</summary>
    public void Busy() => Add("busy");

    private void Add(string result) => _logins.Add(1, new KeyValuePair<string, object?>("result", result));
}
