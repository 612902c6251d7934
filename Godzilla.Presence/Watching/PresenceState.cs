using Godzilla.Presence.Leases;
using Godzilla.Presence.V1;

namespace Godzilla.Presence.Watching;

/// <summary>Who is online and who types where, at one version. Not safe for threads.</summary>
internal sealed class PresenceState
{
    private readonly SortedNames _online;
    private readonly HashSet<string> _leaving;
    private readonly Dictionary<string, SortedNames> _typing = new(StringComparer.Ordinal); // By discussion.

    public PresenceState(Snapshot snapshot)
    {
        Version = snapshot.Version;
        _online = new SortedNames(snapshot.Online);
        _leaving = new HashSet<string>(snapshot.Leaving, StringComparer.Ordinal);
        foreach (var member in snapshot.Typing)
        {
            Type(member);
        }
    }

    public long Version { get; private set; }

    public IReadOnlyList<string> Online => _online.All;

    public bool IsTyping(string user, string discussion) => _typing.TryGetValue(discussion, out var users) && users.Contains(user);

    public IReadOnlyList<string> TypingIn(string discussion) => _typing.TryGetValue(discussion, out var users) ? users.All : [];

    public IReadOnlyList<string> TypingAnywhere() => new SortedNames(_typing.Values.SelectMany(users => users.All)).All;

    /// <summary>What a watcher begins with: those who are leaving are still there for it.</summary>
    public WatchResponse ToWatch()
    {
        var snapshot = new WatchSnapshot { Online = { new SortedNames(_online.All.Concat(_leaving)).All } };
        foreach (var (discussion, users) in _typing)
        {
            snapshot.Typing.AddRange(users.All.Select(user => new TypingUser { Username = user, DiscussionId = discussion }));
        }

        return new WatchResponse { Version = Version, Snapshot = snapshot };
    }

    public void Apply(ChangeSet changes)
    {
        foreach (var (kind, who) in changes.Changes)
        {
            switch (kind)
            {
                case '+' or '^':
                    _online.Add(who);
                    _leaving.Remove(who);
                    break;
                case '-':
                    _online.Remove(who);
                    _leaving.Add(who);
                    break;
                case '!':
                    _leaving.Remove(who);
                    break;
                case '>':
                    Type(who);
                    break;
                case '<':
                    Stop(who);
                    break;
            }
        }

        Version = changes.Last;
    }

    private void Type(string member)
    {
        var who = ChangeSet.TypingOf(member);
        if (!_typing.TryGetValue(who.DiscussionId, out var users))
        {
            _typing[who.DiscussionId] = users = new SortedNames();
        }

        users.Add(who.Username);
    }

    private void Stop(string member)
    {
        var who = ChangeSet.TypingOf(member);
        if (_typing.TryGetValue(who.DiscussionId, out var users) && users.Remove(who.Username) && users.All.Count == 0)
        {
            _typing.Remove(who.DiscussionId);
        }
    }
}
