using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Tests.Unit.Cli;

public sealed class InputLineTests
{
    private readonly InputLine _line = new();

    [Fact]
    public void TheCursorMovesByWhatPeopleSee()
    {
        Type("a👩‍👩‍👧日");

        Press(KeyKind.Left, KeyKind.Left);
        Type("x");
        Assert.Equal("ax👩‍👩‍👧日", _line.Text);

        Press(KeyKind.Delete);
        Assert.Equal("ax日", _line.Text);

        Press(KeyKind.End, KeyKind.Backspace, KeyKind.Backspace, KeyKind.Backspace, KeyKind.Backspace);
        Assert.Equal("", _line.Text);
    }

    [Fact]
    public void WordsAndHalvesAreDeleted()
    {
        Type("one two  three");

        Press(KeyKind.KillWord);
        Assert.Equal("one two  ", _line.Text);

        Press(KeyKind.WordLeft, KeyKind.KillEnd);
        Assert.Equal("one ", _line.Text);

        Press(KeyKind.Home, KeyKind.WordRight);
        Type("!");
        Press(KeyKind.KillLine);
        Assert.Equal(" ", _line.Text);
    }

    [Fact]
    public void TheHistoryKeepsWhatIsBeingTyped()
    {
        Type("first");
        Assert.Equal("first", _line.Take(remember: true));
        Type("second");
        _line.Take(remember: true);
        Type("secret");
        _line.Take(remember: false);
        Type("draft");

        Press(KeyKind.Up);
        Assert.Equal("second", _line.Text);
        Press(KeyKind.Up, KeyKind.Up);
        Assert.Equal("first", _line.Text);
        Press(KeyKind.Down, KeyKind.Down, KeyKind.Down);
        Assert.Equal("draft", _line.Text);
    }

    [Theory]
    [InlineData(40, "some words 日本 🌋 and more")]
    [InlineData(10, "🌋 and")]
    [InlineData(3, "d")]
    public void TheViewFitsAroundTheCursor(int width, string contained)
    {
        Type("some words 日本 🌋 and more");
        for (var moves = 0; moves < 5; moves++)
        {
            Press(KeyKind.Left);
        }

        var (before, after) = _line.View(width);

        Assert.Contains(contained, before + after, StringComparison.Ordinal);
        Assert.EndsWith("d", before, StringComparison.Ordinal);
        Assert.True(Cells.Width(before + after) < width);
    }

    [Fact]
    public void PastedControlsDoNotReachTheTerminal()
    {
        Type("a\u001b[2Jb\nc");

        Assert.Equal("a␛[2Jb␊c", _line.View(40).Before);
        Assert.Equal("a\u001b[2Jb\nc", _line.Take(remember: false));
    }

    private void Type(string text) => _line.Apply(new Key(KeyKind.Text, text));

    private void Press(params ReadOnlySpan<KeyKind> kinds)
    {
        foreach (var kind in kinds)
        {
            _line.Apply(new Key(kind));
        }
    }
}
