using System.Globalization;

namespace Godzilla.Tests.Faults.Soak;

/// <summary>A room as one client has it: its messages by their numbers, and up to where it is whole.</summary>
internal sealed class RoomList
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Line> _lines = [];
    private readonly List<string> _faults = [];
    private long _rev;
    private long _newestRev;
    private bool _isCaughtUp;

    /// <summary>What must never happen: a message that came twice, or for another's number.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_gate)
            {
                return [.. _faults];
            }
        }
    }

    /// <summary>The list, one line a message.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines.Select(line => Show(line.Key, line.Value.Id, line.Value.Text)));
            }
        }
    }

    public static string Show(long seq, string id, string text) => string.Create(CultureInfo.InvariantCulture, $"{seq} {id} {text}");

    /// <summary>Where to go on after a break. What lies behind a hole is forgotten: it comes again.</summary>
    public (long Seq, long Rev) BeginJoin()
    {
        lock (_gate)
        {
            var whole = 0L;
            while (_lines.ContainsKey(whole + 1))
            {
                whole++;
            }

            foreach (var seq in _lines.Keys.Where(seq => seq > whole).ToArray())
            {
                _lines.Remove(seq);
            }

            (_isCaughtUp, _newestRev) = (false, _rev);
            return (whole, _rev);
        }
    }

    /// <summary>What was missed has come: from now on the newest change is the last that this client has.</summary>
    public void EndJoin(long rev)
    {
        lock (_gate)
        {
            _isCaughtUp = true;
            _rev = Math.Max(_newestRev, rev);
        }
    }

    /// <summary>A message event.</summary>
    public void Add(long seq, string id, string text)
    {
        lock (_gate)
        {
            if (_lines.TryGetValue(seq, out var known) && !known.IsOwn)
            {
                _faults.Add($"{Show(seq, id, text)} came after {Show(seq, known.Id, known.Text)}");
            }

            _lines[seq] = new Line(id, text, IsOwn: false);
        }
    }

    /// <summary>A message of this client's own, acknowledged: Socket.IO does not send it back.</summary>
    public void AddOwn(long seq, string id, string text)
    {
        lock (_gate)
        {
            _lines.TryAdd(seq, new Line(id, text, IsOwn: true));
        }
    }

    /// <summary>A message was edited or deleted.</summary>
    public void Change(long seq, string id, string text, long rev)
    {
        lock (_gate)
        {
            _newestRev = Math.Max(_newestRev, rev);
            if (_isCaughtUp)
            {
                _rev = _newestRev;
            }

            if (_lines.TryGetValue(seq, out var line))
            {
                _lines[seq] = line with { Id = id, Text = text };
            }
        }
    }

    private sealed record Line(string Id, string Text, bool IsOwn);
}
