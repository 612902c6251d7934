using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Godzilla.Presence.Leases;
using Godzilla.Presence.V1;

namespace Godzilla.Presence.Watching;

/// <summary>The changes of one published message.</summary>
/// <param name="First">The number of the first.</param>
/// <param name="Last">The number of the last.</param>
/// <param name="Changes">Each a kind and who, as <see cref="Scripts"/> has them; in order.</param>
internal sealed record ChangeSet(long First, long Last, IReadOnlyList<(char Kind, string Who)> Changes)
{
    /// <summary>Reads a message that <see cref="Scripts"/> published.</summary>
    public static bool TryParse(string message, [NotNullWhen(true)] out ChangeSet? changes)
    {
        var lines = message.Split('\n');
        if (lines.Length < 2 || !long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            changes = null;
            return false;
        }

        var all = new (char, string)[lines.Length - 1];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = (lines[i + 1][0], lines[i + 1][1..]);
        }

        changes = new ChangeSet(last - all.Length + 1, last, all);
        return true;
    }

    /// <summary>A user and a discussion from their common text.</summary>
    public static TypingUser TypingOf(string member)
    {
        var space = member.IndexOf(' ', StringComparison.Ordinal);
        return new TypingUser { Username = member[..space], DiscussionId = member[(space + 1)..] };
    }

    /// <summary>What watchers are told. Of two changes about the same, the last counts.</summary>
    public WatchResponse ToWatch()
    {
        var response = new WatchResponse { Version = Last };
        var (people, typing) = (new Dictionary<string, bool>(StringComparer.Ordinal), new Dictionary<string, bool>(StringComparer.Ordinal));
        foreach (var (kind, who) in Changes)
        {
            switch (kind)
            {
                case '+' or '!':
                    people[who] = kind == '+';
                    break;
                case '>' or '<':
                    typing[who] = kind == '>';
                    break;
            }
        }

        foreach (var (user, joined) in people)
        {
            (joined ? response.Joined : response.Left).Add(user);
        }

        foreach (var (member, begins) in typing)
        {
            (begins ? response.Typing : response.Stopped).Add(TypingOf(member));
        }

        return response;
    }
}
