namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>Where Redis holds sessions. Accounts writes them, the gateway reads and extends them.</summary>
public static class SessionKeys
{
    /// <summary>The channel on which the ids of sessions that have ended are published, and heartbeats (<see cref="SessionEndings"/>).</summary>
    public const string Ended = "sessions:ended";

    /// <summary>The channel on which a gateway that is about to end publishes its instance: its sockets are to be closed.</summary>
    public const string Draining = "gateways:draining";

    /// <summary>The key of a session, whose value is a <see cref="SessionRecord"/> as JSON.</summary>
    /// <param name="id">See <see cref="SessionToken.IdOf"/>.</param>
    /// <returns>The key.</returns>
    public static string Session(string id) => string.Concat("session:", id);

    /// <summary>The key of a user's sessions: a sorted set of ids, scored by their end in seconds since 1970-01-01 UTC.</summary>
    /// <param name="user">The username, as registered.</param>
    /// <returns>The key.</returns>
    public static string OfUser(string user) => string.Concat("user-sessions:", user);
}
