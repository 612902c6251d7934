using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Godzilla.Inference.Mini.Json;
using Godzilla.Inference.Mini.Model;
using Godzilla.Inference.Tokens;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>
/// The language model over a JSON document: only tokens that the grammar allows are candidates. Where there is no choice the text is given;
/// strings are filled by the text model, numbers and choices by what the prompt says. It keeps enough tokens for the shortest way to the end,
/// so a document is whole whenever the limit allows one.
/// </summary>
internal sealed class ConstrainedModel(MiniModel model, TokenCounter tokens, Prompt prompt, Node grammar, int budget)
{
    /// <summary>After this many tokens the shortest way to the end is taken, however many are left.</summary>
    private const int EnoughTokens = 1024;

    /// <summary>Tokens that are kept beside those of the shortest way.</summary>
    private const int Reserve = 8;

    /// <summary>How much a vote of the prompt counts beside everything else that a value may begin with.</summary>
    private const float PromptShare = 20;

    /// <summary>What stands between values.</summary>
    private static readonly SearchValues<byte> Structure = SearchValues.Create(",[]{}:\""u8);

    private readonly Matcher _matcher = new(grammar);
    private readonly Queue<int> _forced = [];
    private readonly Dictionary<Node, int> _items = [];
    private readonly HashSet<string> _used = [];
    private TextModel? _text;
    private int _textLimit;
    private IReadOnlyList<Support>? _spans;
    private int _count;
    private int _budget = budget;
    private bool _isEnded;

    /// <summary>Whether the document is whole and nothing can follow.</summary>
    internal bool IsEnded => _isEnded || (_matcher.IsComplete && _matcher.Heads.Count == 0);

    internal void Predict(TokenMasses masses)
    {
        if (_forced.Count == 0)
        {
            Force();
        }

        if (_forced.TryPeek(out var forced))
        {
            masses.Add(forced, 1);
            return;
        }

        var shortest = _matcher.Shortest;
        var isClosing = _budget <= shortest + Reserve || _count > EnoughTokens;
        if (TextHead() is { } head)
        {
            PredictText(masses, head, isClosing);
        }
        else
        {
            PredictChoice(masses, isClosing, shortest);
        }
    }

    internal void Advance(int token)
    {
        _count++;
        _budget--;
        if (token == MiniModel.End)
        {
            _isEnded = true;
            return;
        }

        var bytes = model.Bytes(token).Span;
        if (bytes[0] == ',' && _forced.Count == 0 && _text is null && Innermost(',') is { Kind: ValueKind.Array } array)
        {
            _items[array] = _items.GetValueOrDefault(array) + 1;
        }

        foreach (var value in bytes)
        {
            if (!_matcher.Advance(value))
            {
                throw new InvalidOperationException("A token was drawn that the grammar does not allow.");
            }
        }

        if (_forced.TryDequeue(out _))
        {
            (_text, _spans) = (null, null);
        }
        else if (_text is not null)
        {
            if (token == model.ByteToken('"'))
            {
                _text = null;
            }
            else
            {
                _text.Advance(token);
            }
        }
        else if (bytes.ContainsAny(Structure))
        {
            _spans = null;
        }
        else
        {
            foreach (var span in _spans ?? [])
            {
                span.Advance(token);
            }
        }
    }

    private ValueNode? Innermost(char first)
    {
        foreach (var head in _matcher.Heads)
        {
            if (Matcher.Accepted(head).Contains((byte)first))
            {
                return head.Values().FirstOrDefault()?.Node as ValueNode;
            }
        }

        return null;
    }

    // What must follow is written with the tokens that the vocabulary has for it, as a model that was trained on JSON would.
    private void Force()
    {
        var run = _matcher.ForcedRun(64);
        while (run.Length > 0 && !Utf8.IsValid(run))
        {
            run = run[..^1];
        }

        foreach (var token in run.Length == 0 ? [] : tokens.Encode(Encoding.UTF8.GetString(run)))
        {
            _forced.Enqueue(token);
        }
    }

    // The text that is being filled, if nothing else is possible but to close it.
    private Frame? TextHead()
    {
        Frame? text = null;
        foreach (var head in _matcher.Heads)
        {
            if (head.Node is TextNode && text is null)
            {
                text = head;
            }
            else if (head.Node is not LiteralNode literal || literal.Bytes.Length != 1 || literal.Bytes[0] != '"')
            {
                return null;
            }
        }

        return text;
    }

    private void PredictText(TokenMasses masses, Frame head, bool isClosing)
    {
        var text = (TextNode)head.Node;
        var remaining = text.IsBounded ? text.Most - head.Index : int.MaxValue;
        var canClose = _matcher.Allowed().Contains((byte)'"');
        var quote = model.ByteToken('"');
        if (_text is null)
        {
            (var supports, _textLimit) = prompt.Fill(head.Values().FirstOrDefault()?.Node as ValueNode, _used);
            _text = new(model, supports);
        }

        if (canClose && (isClosing || _text.Length >= _textLimit))
        {
            masses.Add(quote, 1);
            return;
        }

        _text.Predict(masses, 1);
        var (end, kept) = (0f, 0f);
        for (var place = 0; place < masses.Count; place++)
        {
            var (token, mass) = (masses.Tokens[place], masses.Masses[place]);
            end += token == MiniModel.End ? mass : 0;
            if (token == MiniModel.End || !Fits(token, remaining, text.IsBounded))
            {
                masses.Remove(place);
            }
            else
            {
                kept += mass;
            }
        }

        if (canClose)
        {
            masses.Add(quote, end + 0.002f);
        }

        if (kept < 0.001f)
        {
            for (var letter = 'a'; letter <= 'z'; letter++)
            {
                masses.Add(model.ByteToken(letter), 0.001f);
            }
        }
    }

    private bool Fits(int token, int remaining, bool isAscii)
    {
        var bytes = model.Bytes(token).Span;
        if (bytes.IsEmpty || bytes.Length > remaining || (bytes[0] == ' ' && _text!.Length == 0))
        {
            return false;
        }

        var hasOther = false;
        foreach (var value in bytes)
        {
            if (value >= 0x80)
            {
                hasOther = true;
            }
            else if (!Matcher.Plain.Contains(value))
            {
                return false;
            }
        }

        return !hasOther || (!isAscii && Utf8.IsValid(bytes));
    }

    private void PredictChoice(TokenMasses masses, bool isClosing, int shortest)
    {
        // What the shortest way is behind each candidate, as far as the stack says that it comes from: another may know a shorter one.
        Span<int> after = stackalloc int[TokenMasses.Limit];
        after.Fill(Node.Endless);
        var isSpanEnded = AddSpans(masses, after);
        foreach (var head in _matcher.Heads)
        {
            if (head.Node is LiteralNode literal)
            {
                var rest = literal.Bytes.AsSpan(head.Index);
                var token = Utf8.IsValid(rest) ? tokens.Encode(Encoding.UTF8.GetString(rest))[0] : model.ByteToken((char)rest[0]);
                Note(after, masses.Add(token, Weight(head, literal) * (isSpanEnded ? 1000 : 1)), Matcher.Min(head) - model.Bytes(token).Length);
            }
            else
            {
                AddBytes(masses, head, after);
            }
        }

        if (_matcher.IsComplete)
        {
            Note(after, masses.Add(MiniModel.End, isSpanEnded ? 1000 : 1), 0);
        }

        RemoveWhatIsTooLong(masses, after, isClosing, shortest);
    }

    private static void Note(Span<int> after, int place, int shortest)
    {
        if (place >= 0)
        {
            after[place] = Math.Min(after[place], shortest);
        }
    }

    private void AddBytes(TokenMasses masses, Frame head, Span<int> after)
    {
        var set = Matcher.Accepted(head);

        // A text among other choices goes on with letters: signs are likelier the end of something.
        set = head.Node is TextNode && set.Contains((byte)'a') ? ByteSet.Range('a', 'z') : set;
        var share = 1f / Math.Max(1, set.Count);
        var shortest = Math.Max(Matcher.Min(head) - 1, head.RestMin);
        for (var value = 0; value < 256; value++)
        {
            if (set.Contains((byte)value))
            {
                Note(after, masses.Add(model.ByteToken((char)value), share), shortest);
            }
        }
    }

    // Answers whether a part of the prompt ends here, and with it likely the value.
    private bool AddSpans(TokenMasses masses, Span<int> after)
    {
        if (_spans is null)
        {
            ValueNode? value = null;
            foreach (var head in _matcher.Heads)
            {
                value ??= head.Node is ByteNode ? head.Values().FirstOrDefault()?.Node as ValueNode : null;
            }

            _spans = value is { Kind: ValueKind.Number or ValueKind.Text } ? prompt.Spans(value, _used) : [];
        }

        var total = _spans.Sum(span => span.Total);
        foreach (var span in total > 0 ? _spans : [])
        {
            span.Vote(masses, PromptShare / total);
        }

        var isEnded = false;
        for (var place = 0; place < masses.Count; place++)
        {
            isEnded |= masses.Tokens[place] == MiniModel.End;
            if (masses.Tokens[place] == MiniModel.End || After(masses.Tokens[place]) is not { } shortest)
            {
                masses.Remove(place);
            }
            else
            {
                after[place] = shortest;
            }
        }

        return isEnded;
    }

    private float Weight(Frame head, LiteralNode literal)
    {
        if (head.Index > 0 || literal.IsMentioned)
        {
            return literal.IsMentioned ? 8 : 1;
        }

        // Arrays and objects get less likely to go on and to nest, so that documents stay of a size.
        return (char)literal.Bytes[0] switch
        {
            ',' when head.Values().FirstOrDefault()?.Node is ValueNode { Kind: ValueKind.Array } array =>
                MathF.Pow(0.6f, 1 + _items.GetValueOrDefault(array)),
            ',' => 0.6f,
            ']' or '}' => 0.4f,
            '{' or '[' => MathF.Pow(0.5f, head.Values().Count()),
            'n' when literal.Bytes.Length == 4 => 0.15f,
            '"' when literal.Bytes.Length == 1 => 0.5f,
            '-' => 0.02f,
            '.' => 0.05f,
            _ => 1,
        };
    }

    // When closing, only the shortest way is left; else only what leaves enough for it. If nothing does, the limit is too small for any document.
    private void RemoveWhatIsTooLong(TokenMasses masses, ReadOnlySpan<int> after, bool isClosing, int shortest)
    {
        Span<bool> isTooLong = stackalloc bool[masses.Count];
        var kept = 0;
        for (var place = 0; place < masses.Count; place++)
        {
            isTooLong[place] = isClosing
                ? after[place] > shortest - model.Bytes(masses.Tokens[place]).Length
                : after[place] + Reserve >= _budget;
            kept += isTooLong[place] || masses.Masses[place] <= 0 ? 0 : 1;
        }

        for (var place = 0; kept > 0 && place < masses.Count; place++)
        {
            if (isTooLong[place])
            {
                masses.Remove(place);
            }
        }
    }

    // The shortest way from behind a token; null if the grammar does not allow it.
    private int? After(int token)
    {
        var bytes = model.Bytes(token).Span;
        var fork = _matcher.Fork();
        foreach (var value in bytes)
        {
            if (!fork.Advance(value))
            {
                return null;
            }
        }

        return bytes.IsEmpty ? null : fork.Shortest;
    }
}
