using System.Globalization;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>The line that the user types, with a cursor that moves by characters as people see them, and the lines entered before.</summary>
internal sealed class InputLine
{
    private const int MaxHistory = 200;

    private readonly List<string> _history = [];

    // Where the user is in the history; its end is what they type.
    private int _place;
    private string _draft = "";
    private int _cursor;

    /// <summary>What is typed; it may hold newlines.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Applies a key.</summary>
    /// <returns>Whether the text has changed.</returns>
    public bool Apply(Key key)
    {
        var before = Text;
        switch (key.Kind)
        {
            case KeyKind.Text:
                Insert(key.Text);
                break;
            case KeyKind.Backspace:
                Remove(Before(_cursor), _cursor);
                break;
            case KeyKind.Delete or KeyKind.EndOfInput:
                Remove(_cursor, After(_cursor));
                break;
            case KeyKind.KillLine:
                Remove(0, _cursor);
                break;
            case KeyKind.KillEnd:
                Remove(_cursor, Text.Length);
                break;
            case KeyKind.KillWord:
                Remove(WordBefore(), _cursor);
                break;
            case KeyKind.Left:
                _cursor = Before(_cursor);
                break;
            case KeyKind.Right:
                _cursor = After(_cursor);
                break;
            case KeyKind.WordLeft:
                _cursor = WordBefore();
                break;
            case KeyKind.WordRight:
                _cursor = WordAfter();
                break;
            case KeyKind.Home:
                _cursor = 0;
                break;
            case KeyKind.End:
                _cursor = Text.Length;
                break;
            case KeyKind.Up when _place > 0:
                Go(_place - 1);
                break;
            case KeyKind.Down when _place < _history.Count:
                Go(_place + 1);
                break;
        }

        return Text != before;
    }

    /// <summary>Empties the line.</summary>
    /// <param name="remember">Whether the history gets it.</param>
    /// <returns>What it held.</returns>
    public string Take(bool remember)
    {
        var text = Text;
        Set("");
        _place = _history.Count;
        if (remember)
        {
            Remember(text);
        }

        return text;
    }

    /// <summary>Makes a text the newest of the history.</summary>
    public void Remember(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || (_history is [.., var newest] && newest == text))
        {
            return;
        }

        var isBelow = _place == _history.Count;
        _history.Add(text);
        if (_history.Count > MaxHistory)
        {
            _history.RemoveAt(0);
            _place--;
        }

        _place = isBelow ? _history.Count : Math.Max(_place, 0);
    }

    /// <summary>Puts a text in place of what is there.</summary>
    public void Set(string text) => (Text, _cursor) = (text, text.Length);

    /// <summary>The part that fits, around the cursor.</summary>
    /// <param name="width">In cells.</param>
    /// <returns>What is before the cursor, and what is after it, without control characters.</returns>
    public (string Before, string After) View(int width)
    {
        // One cell for the cursor.
        var room = Math.Max(1, width - 1);
        var before = Cells.Split(VisibleText.Line(Text[.._cursor])).Reverse().ToArray();
        var shown = TakeWhileFits(before, room).Reverse();
        var left = string.Concat(shown);
        return (left, string.Concat(TakeWhileFits(Cells.Split(VisibleText.Line(Text[_cursor..])), room - Cells.Width(left))));
    }

    private static IEnumerable<string> TakeWhileFits(IEnumerable<(string Text, int Width)> elements, int room)
    {
        foreach (var (text, width) in elements)
        {
            if ((room -= width) < 0)
            {
                yield break;
            }

            yield return text;
        }
    }

    private void Insert(string text)
    {
        Text = Text.Insert(_cursor, text);
        _cursor += text.Length;
    }

    private void Remove(int from, int to)
    {
        Text = Text.Remove(from, to - from);
        _cursor = from;
    }

    private void Go(int place)
    {
        if (_place == _history.Count)
        {
            _draft = Text;
        }

        _place = place;
        Set(place == _history.Count ? _draft : _history[place]);
    }

    private int Before(int at)
    {
        var last = 0;
        for (var next = 0; next < at; next = After(next))
        {
            last = next;
        }

        return last;
    }

    private int After(int at) => at < Text.Length ? at + StringInfo.GetNextTextElementLength(Text, at) : at;

    private int WordBefore()
    {
        var at = _cursor;
        while (at > 0 && char.IsWhiteSpace(Text[at - 1]))
        {
            at--;
        }

        while (at > 0 && !char.IsWhiteSpace(Text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private int WordAfter()
    {
        var at = _cursor;
        while (at < Text.Length && char.IsWhiteSpace(Text[at]))
        {
            at++;
        }

        while (at < Text.Length && !char.IsWhiteSpace(Text[at]))
        {
            at++;
        }

        return at;
    }
}
