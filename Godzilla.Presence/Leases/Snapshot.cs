namespace Godzilla.Presence.Leases;

/// <summary>Everything at one moment.</summary>
/// <param name="Version">The number of the last change in it.</param>
/// <param name="Online">Users with a connection.</param>
/// <param name="Leaving">Users without one, of whom watchers were not told yet.</param>
/// <param name="Typing">Each is a user, a space and a discussion.</param>
internal sealed record Snapshot(long Version, IReadOnlyList<string> Online, IReadOnlyList<string> Leaving, IReadOnlyList<string> Typing);
