namespace Godzilla.Presence.Leases;

/// <summary>What is known of a user.</summary>
/// <param name="Username">The name.</param>
/// <param name="IsOnline">Has a connection.</param>
/// <param name="IsAway">Is online, and has done nothing for a while.</param>
/// <param name="LastSeen">Milliseconds since 1970-01-01 UTC; 0 if unknown.</param>
internal sealed record KnownUser(string Username, bool IsOnline, bool IsAway, long LastSeen);
