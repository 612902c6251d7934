using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Accounts.Sessions;

/// <summary>A session as its user sees it.</summary>
/// <param name="Current">Whether the request came with it.</param>
/// <param name="SeenAt">When it was last used, to the minute.</param>
/// <param name="ExpiresAt">When it ends, unless it is used where it can be extended.</param>
internal sealed record SessionView(
    string Id, bool Current, DateTime CreatedAt, DateTime SeenAt, DateTime ExpiresAt, string Address, string UserAgent)
{
    public static IEnumerable<SessionView> Of(IEnumerable<(string Id, SessionRecord Session)> sessions, string current) => sessions.Select(
        entry => new SessionView(
            entry.Id,
            entry.Id == current,
            entry.Session.CreatedAt.UtcDateTime,
            entry.Session.SeenAt.UtcDateTime,
            entry.Session.EndsAt.UtcDateTime,
            entry.Session.Address,
            entry.Session.UserAgent));
}

/// <summary>The answer to a list of sessions, the newest first.</summary>
internal sealed record SessionList(IEnumerable<SessionView> Sessions) : Answer("Sessions");
