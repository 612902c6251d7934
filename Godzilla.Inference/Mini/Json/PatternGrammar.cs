using System.Text;
using System.Text.Json;

namespace Godzilla.Inference.Mini.Json;

/// <summary>
/// Makes a grammar of a regular expression: literals, classes, groups, choices, repetitions and the anchors at its ends. Its strings are
/// exactly the expression's matches, and so also what an expression without anchors is found in.
/// </summary>
internal sealed class PatternGrammar
{
    private const int MaxDepth = 64;

    private readonly string _pattern;
    private int _at;
    private int _depth;

    private PatternGrammar(string pattern) => _pattern = pattern;

    /// <exception cref="SchemaException">The expression uses something else.</exception>
    internal static Node Build(string pattern)
    {
        var parser = new PatternGrammar(pattern);
        var node = parser.Choice();
        return parser._at == pattern.Length ? node : throw parser.Unsupported();
    }

    private SchemaException Unsupported() =>
        new($"The pattern '{_pattern}' is not supported (at character {_at}): only literals, classes, groups, choices, repetitions and anchors at its ends are.");

    private bool Take(char character)
    {
        if (_at < _pattern.Length && _pattern[_at] == character)
        {
            _at++;
            return true;
        }

        return false;
    }

    private Node Choice()
    {
        if (++_depth > MaxDepth)
        {
            throw Unsupported();
        }

        var items = new List<Node>();
        do
        {
            items.Add(Sequence());
        }
        while (Take('|'));

        _depth--;
        return items.Count == 1 ? items[0] : new ChoiceNode([.. items]);
    }

    private SequenceNode Sequence()
    {
        var items = new List<Node>();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            if ((_pattern[_at] == '^' && items.Count == 0) || (_pattern[_at] == '$' && (_at + 1 == _pattern.Length || _pattern[_at + 1] is '|' or ')')))
            {
                _at++;
                continue;
            }

            items.Add(Repeated(Atom()));
        }

        return new([.. items]);
    }

    private Node Repeated(Node atom)
    {
        var (min, max) = (1, 1);
        if (Take('*'))
        {
            (min, max) = (0, RepeatNode.Unbounded);
        }
        else if (Take('+'))
        {
            (min, max) = (1, RepeatNode.Unbounded);
        }
        else if (Take('?'))
        {
            (min, max) = (0, 1);
        }
        else if (Take('{'))
        {
            min = Count() ?? throw Unsupported();
            max = !Take(',') ? min : Count() ?? RepeatNode.Unbounded;
            if (!Take('}') || max < min)
            {
                throw Unsupported();
            }
        }
        else
        {
            return atom;
        }

        // Whether it is lazy makes no difference to what it matches.
        Take('?');
        return new RepeatNode(atom, min, max);
    }

    private int? Count()
    {
        var start = _at;
        while (_at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]))
        {
            _at++;
        }

        return start == _at ? null : int.TryParse(_pattern.AsSpan(start, _at - start), out var count) ? count : throw Unsupported();
    }

    private Node Atom()
    {
        var character = _pattern[_at++];
        switch (character)
        {
            case '(':
                if (Take('?') && !Take(':'))
                {
                    throw Unsupported();
                }

                var group = Choice();
                return Take(')') ? group : throw Unsupported();
            case '[':
                return Class();
            case '.':
                return new ByteNode(Matcher.Plain);
            case '\\':
                return Escape() is { } set ? Bytes(set) : Literal(_pattern[_at - 1]);
            case '^' or '$' or '*' or '+' or '?' or '{':
                _at--;
                throw Unsupported();
            default:
                return Literal(character);
        }
    }

    private LiteralNode Literal(char character)
    {
        // A character outside the basic plane is two of the pattern's.
        var text = char.IsHighSurrogate(character) && _at < _pattern.Length ? $"{character}{_pattern[_at++]}" : $"{character}";
        return new LiteralNode(Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text, JsonText.Encoder).ToString()));
    }

    private ByteNode Bytes(ByteSet set)
    {
        var plain = set.Intersect(Matcher.Plain);
        return plain.IsEmpty ? throw Unsupported() : new(plain);
    }

    // After a backslash: a class, or null for a character that stands for itself.
    private ByteSet? Escape()
    {
        var character = _at < _pattern.Length ? _pattern[_at++] : throw Unsupported();
        var word = ByteSet.Range('0', '9');
        word.Add(ByteSet.Range('A', 'Z'));
        word.Add(ByteSet.Range('a', 'z'));
        word.Add((byte)'_');
        return character switch
        {
            'd' => ByteSet.Range('0', '9'),
            'D' => Matcher.Plain.Except(ByteSet.Range('0', '9')),
            'w' => word,
            'W' => Matcher.Plain.Except(word),
            's' => ByteSet.Of(' '),
            'S' => Matcher.Plain.Except(ByteSet.Of(' ')),
            _ when char.IsAsciiLetterOrDigit(character) => throw Unsupported(),
            _ => null,
        };
    }

    private ByteNode Class()
    {
        var isNegated = Take('^');
        var set = default(ByteSet);
        while (!Take(']'))
        {
            var first = _at < _pattern.Length ? _pattern[_at++] : throw Unsupported();
            if (first == '\\' && Escape() is { } escaped)
            {
                set.Add(escaped);
                continue;
            }

            first = first == '\\' ? _pattern[_at - 1] : first;
            var last = first;
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                last = _pattern[_at++];
                last = last == '\\' && _at < _pattern.Length ? _pattern[_at++] : last;
            }

            if (first <= last)
            {
                set.Add(ByteSet.Range(first, Math.Min(last, '\u007f')));
            }
        }

        return Bytes(isNegated ? Matcher.Plain.Except(set) : set);
    }
}
