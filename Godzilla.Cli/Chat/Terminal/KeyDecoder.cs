using System.Text;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>
/// Reads keys out of the bytes that a terminal sends: UTF-8, the sequences of cursor keys (ECMA-48 and VT), and bracketed paste. What it does
/// not know it drops. A character or sequence may be split between two calls.
/// </summary>
internal sealed class KeyDecoder
{
    private const char Escape = '\u001b';
    private const string PasteEnd = "\u001b[201~";
    private const int LongestSequence = 32;

    private readonly Decoder _utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();
    private readonly StringBuilder _paste = new();
    private string _rest = "";
    private bool _isPasting;

    /// <summary>Takes what came.</summary>
    /// <returns>The keys that are complete.</returns>
    public IReadOnlyList<Key> Decode(ReadOnlySpan<byte> bytes)
    {
        var chars = new char[_utf8.GetCharCount(bytes, flush: false)];
        var count = _utf8.GetChars(bytes, chars, flush: false);
        var input = _rest + new string(chars, 0, count);
        var keys = new List<Key>();
        var at = 0;
        while (at < input.Length)
        {
            var taken = _isPasting ? TakePaste(input.AsSpan(at), keys) : input[at] == Escape ? TakeSequence(input.AsSpan(at), keys) : TakeCharacters(input.AsSpan(at), keys);
            if (taken == 0)
            {
                break;
            }

            at += taken;
        }

        _rest = input[at..];
        return keys;
    }

    // Whatever it holds is text, newlines included: a paste sends nothing.
    private int TakePaste(ReadOnlySpan<char> input, List<Key> keys)
    {
        var end = input.IndexOf(PasteEnd);
        if (end < 0)
        {
            // The end may have come in part.
            var whole = Math.Max(0, input.Length - PasteEnd.Length);
            _paste.Append(input[..whole]);
            return whole;
        }

        var text = _paste.Append(input[..end]).Replace("\r\n", "\n").Replace('\r', '\n').ToString();
        _paste.Clear();
        _isPasting = false;
        keys.Add(new Key(KeyKind.Text, text));
        return end + PasteEnd.Length;
    }

    private int TakeSequence(ReadOnlySpan<char> input, List<Key> keys)
    {
        if (input.Length == 1)
        {
            return 0;
        }

        if (input[1] is not ('[' or 'O'))
        {
            // Alt and a key.
            Add(keys, input[1] switch
            {
                '\r' or '\n' => new Key(KeyKind.Text, "\n"),
                'b' => new Key(KeyKind.WordLeft),
                'f' => new Key(KeyKind.WordRight),
                '\u007f' or '\b' => new Key(KeyKind.KillWord),
                _ => null,
            });
            return input[1] == Escape ? 1 : 2;
        }

        // Parameters, and then one character that says what it is.
        var end = input[2..].IndexOfAnyExceptInRange('\u0020', '\u003f') + 2;
        if (end < 2)
        {
            return input.Length > LongestSequence ? input.Length : 0;
        }

        var parameters = input[2..end].ToString();
        if (parameters == "200" && input[end] == '~')
        {
            _isPasting = true;
            return end + 1;
        }

        // 5 is Ctrl, 3 is Alt.
        var isByWord = parameters.EndsWith(";5", StringComparison.Ordinal) || parameters.EndsWith(";3", StringComparison.Ordinal);
        Add(keys, (input[end], parameters) switch
        {
            ('A', _) => new Key(KeyKind.Up),
            ('B', _) => new Key(KeyKind.Down),
            ('C', _) => new Key(isByWord ? KeyKind.WordRight : KeyKind.Right),
            ('D', _) => new Key(isByWord ? KeyKind.WordLeft : KeyKind.Left),
            ('H', _) or ('~', "1" or "7") => new Key(KeyKind.Home),
            ('F', _) or ('~', "4" or "8") => new Key(KeyKind.End),
            ('~', "3") => new Key(KeyKind.Delete),
            ('M', "") => new Key(KeyKind.Enter),
            _ => null,
        });
        return end + 1;
    }

    private static int TakeCharacters(ReadOnlySpan<char> input, List<Key> keys)
    {
        Key? control = input[0] switch
        {
            '\r' or '\n' => new Key(KeyKind.Enter),
            '\u0001' => new Key(KeyKind.Home),
            '\u0002' => new Key(KeyKind.Left),
            '\u0003' => new Key(KeyKind.Interrupt),
            '\u0004' => new Key(KeyKind.EndOfInput),
            '\u0005' => new Key(KeyKind.End),
            '\u0006' => new Key(KeyKind.Right),
            '\b' or '\u007f' => new Key(KeyKind.Backspace),
            '\u000b' => new Key(KeyKind.KillEnd),
            '\u000c' => new Key(KeyKind.Redraw),
            '\u000e' => new Key(KeyKind.Down),
            '\u0010' => new Key(KeyKind.Up),
            '\u0015' => new Key(KeyKind.KillLine),
            '\u0017' => new Key(KeyKind.KillWord),
            '\u001a' => new Key(KeyKind.Suspend),
            _ => null,
        };
        if (char.IsControl(input[0]))
        {
            Add(keys, control);
            return 1;
        }

        var length = 1;
        while (length < input.Length && !char.IsControl(input[length]))
        {
            length++;
        }

        keys.Add(new Key(KeyKind.Text, input[..length].ToString()));
        return length;
    }

    private static void Add(List<Key> keys, Key? key)
    {
        if (key is not null)
        {
            keys.Add(key.Value);
        }
    }
}
