using System.Text;
using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Tests.Unit.Cli;

public sealed class KeyDecoderTests
{
    [Theory]
    [InlineData("abc\r", "Text:abc Enter")]
    [InlineData("\u001b[A\u001bOB\u001b[C\u001b[1;5D", "Up Down Right WordLeft")]
    [InlineData("\u001b[H\u001b[4~\u001b[3~\u007f", "Home End Delete Backspace")]
    [InlineData("\u0001\u0005\u000b\u0015\u0017\u0003\u0004\u001a\u000c", "Home End KillEnd KillLine KillWord Interrupt EndOfInput Suspend Redraw")]
    [InlineData("\u001bb\u001bf\u001b\u007f\u001b\r", "WordLeft WordRight KillWord Text:\n")]
    [InlineData("\u001b[200~two\r\nlines\u001b[A\u001b[201~x", "Text:two\nlines\u001b[A Text:x")]
    [InlineData("\u001b[99;1u\u001b[?1;2cy", "Text:y")]
    [InlineData("日本👩‍👧", "Text:日本👩‍👧")]
    public void BytesBecomeKeys(string input, string keys)
    {
        var bytes = Encoding.UTF8.GetBytes(input);

        Assert.Equal(keys, Words(new KeyDecoder().Decode(bytes)));

        // However they are split on their way.
        for (var at = 1; at < bytes.Length; at++)
        {
            var decoder = new KeyDecoder();
            Key[] split = [.. decoder.Decode(bytes.AsSpan(0, at)), .. decoder.Decode(bytes.AsSpan(at))];
            Assert.Equal(keys, Words(split));
        }
    }

    // Text that came in two pieces is one text.
    private static string Words(IReadOnlyList<Key> keys)
    {
        var words = new List<string>();
        foreach (var (at, key) in keys.Index())
        {
            if (key.Kind == KeyKind.Text && at > 0 && keys[at - 1].Kind == KeyKind.Text && !keys[at - 1].Text.Contains('\n', StringComparison.Ordinal))
            {
                words[^1] += key.Text;
            }
            else
            {
                words.Add(key.Kind == KeyKind.Text ? $"Text:{key.Text}" : key.Kind.ToString());
            }
        }

        return string.Join(' ', words);
    }
}
