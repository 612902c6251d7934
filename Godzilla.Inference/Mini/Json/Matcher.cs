namespace Godzilla.Inference.Mini.Json;

/// <summary>
/// Where a text is in a grammar: a set of stacks, since several ways of reading it may be open. It knows which bytes may follow and how many
/// bytes the shortest way to the end has.
/// </summary>
internal sealed class Matcher
{
    /// <summary>How many stacks are remembered for comparing from one byte to the next.</summary>
    private const int MaxInterned = 4096;

    /// <summary>A printable character of ASCII that needs no escape in a JSON string.</summary>
    internal static readonly ByteSet Plain = ByteSet.Range(0x20, 0x7e).Except(ByteSet.Of('"', '\\'));

    private static readonly ByteSet PlainOrUnicode = Union(Plain, ByteSet.Range(0x80, 0xff));

    private readonly Dictionary<(Node Node, int Index, Frame? Below), Frame> _interned = [];
    private readonly HashSet<Frame> _visited = [];
    private readonly Stack<Frame?> _open = [];
    private List<Frame> _heads = [];
    private List<Frame> _next = [];

    internal Matcher(Node root)
    {
        Expand(Intern(root, 0, null), _heads);
    }

    private Matcher(Matcher other)
    {
        _heads.AddRange(other._heads);
        IsComplete = other.IsComplete;
    }

    /// <summary>Whether the text may end here.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>The tops of the stacks: literals, sets of bytes and texts.</summary>
    internal IReadOnlyList<Frame> Heads => _heads;

    /// <summary>The fewest bytes that make the text complete.</summary>
    internal int Shortest
    {
        get
        {
            var shortest = IsComplete ? 0 : Node.Endless;
            foreach (var head in _heads)
            {
                shortest = Math.Min(shortest, Min(head));
            }

            return shortest;
        }
    }

    /// <summary>A copy that goes its own way.</summary>
    internal Matcher Fork() => new(this);

    internal ByteSet Allowed()
    {
        var allowed = default(ByteSet);
        foreach (var head in _heads)
        {
            allowed.Add(Accepted(head));
        }

        return allowed;
    }

    /// <summary>Reads a byte. False if no way of reading goes on with it; then the matcher is of no more use.</summary>
    internal bool Advance(byte value)
    {
        // Between two bytes only: while one is read, what is the same must be known as the same.
        if (_interned.Count > MaxInterned)
        {
            _interned.Clear();
        }

        _next.Clear();
        _visited.Clear();
        IsComplete = false;
        foreach (var head in _heads)
        {
            if (!Accepted(head).Contains(value))
            {
                continue;
            }

            switch (head.Node)
            {
                case LiteralNode literal when head.Index + 1 < literal.Bytes.Length:
                    Expand(Intern(literal, head.Index + 1, head.Rest), _next);
                    break;
                case TextNode text:
                    Expand(Intern(text, text.IsBounded ? head.Index + 1 : 0, head.Rest), _next);
                    break;
                default:
                    Expand(head.Rest, _next);
                    break;
            }
        }

        (_heads, _next) = (_next, _heads);
        return _heads.Count > 0 || IsComplete;
    }

    /// <summary>The bytes that must follow, as long as there is no choice.</summary>
    internal byte[] ForcedRun(int limit)
    {
        var run = new List<byte>();
        var fork = Fork();
        while (run.Count < limit && !fork.IsComplete && fork.Only() is { } value && fork.Advance(value))
        {
            run.Add(value);
        }

        return [.. run];
    }

    /// <summary>The bytes that a stack's top accepts.</summary>
    internal static ByteSet Accepted(Frame head) => head.Node switch
    {
        LiteralNode literal => Single(literal.Bytes[head.Index]),
        ByteNode bytes => bytes.Set,
        TextNode text when text.Most > head.Index || !text.IsBounded => text.IsBounded ? Plain : PlainOrUnicode,
        _ => default,
    };

    private byte? Only()
    {
        // A text is never forced, and its set is large; so nearly always the first head decides.
        byte? only = null;
        foreach (var head in _heads)
        {
            var accepted = Accepted(head);
            if (accepted.Count != 1)
            {
                return null;
            }

            for (var value = 0; value < 256; value++)
            {
                if (accepted.Contains((byte)value))
                {
                    if (only is not null && only != value)
                    {
                        return null;
                    }

                    only = (byte)value;
                    break;
                }
            }
        }

        return only;
    }

    private static ByteSet Single(byte value)
    {
        var set = default(ByteSet);
        set.Add(value);
        return set;
    }

    private static ByteSet Union(ByteSet one, ByteSet other)
    {
        one.Add(other);
        return one;
    }

    /// <summary>The fewest bytes that complete a stack.</summary>
    internal static int Min(Frame frame) =>
        Math.Min(Node.Endless, frame.RestMin + frame.Node switch
        {
            LiteralNode literal => literal.Bytes.Length - frame.Index,
            TextNode text => Math.Max(0, text.Least - frame.Index),
            SequenceNode sequence => sequence.MinFrom(frame.Index),
            RepeatNode repeat => frame.Index >= repeat.Least ? 0 : (int)Math.Min((long)repeat.Item.Min * (repeat.Least - frame.Index), Node.Endless),
            ValueNode when frame.Index > 0 => 0,
            _ => frame.Node.Min,
        });

    private Frame Intern(Node node, int index, Frame? rest)
    {
        if (_interned.TryGetValue((node, index, rest), out var frame))
        {
            return frame;
        }

        return _interned[(node, index, rest)] = new(node, index, rest, rest is null ? 0 : Min(rest));
    }

    // Follows what takes no byte, until each stack's top is something that does. With a list of what is left to do instead of calling itself:
    // a schema may have thousands of parts that are optional, one after the other.
    private void Expand(Frame? first, List<Frame> heads)
    {
        _open.Push(first);
        while (_open.TryPop(out var frame))
        {
            if (frame is null)
            {
                IsComplete = true;
            }
            else if (_visited.Add(frame))
            {
                Follow(frame, heads);
            }
        }
    }

    private void Follow(Frame frame, List<Frame> heads)
    {
        switch (frame.Node)
        {
            case SequenceNode sequence:
                _open.Push(frame.Index == sequence.Items.Length
                    ? frame.Rest
                    : Intern(sequence.Items[frame.Index], 0, Intern(sequence, frame.Index + 1, frame.Rest)));
                break;
            case ChoiceNode choice:
                foreach (var item in choice.Items)
                {
                    // What has no end is no choice.
                    if (item.Min < Node.Endless)
                    {
                        _open.Push(Intern(item, 0, frame.Rest));
                    }
                }

                break;
            case RepeatNode repeat:
                if (frame.Index >= repeat.Least)
                {
                    _open.Push(frame.Rest);
                }

                if (frame.Index < repeat.Most && repeat.Item.Min < Node.Endless)
                {
                    // Past the least number only the most counts, if there is one: else the same place is the same stack.
                    var next = repeat.Most == RepeatNode.Unbounded ? Math.Min(frame.Index + 1, repeat.Least) : frame.Index + 1;
                    _open.Push(Intern(repeat.Item, 0, Intern(repeat, next, frame.Rest)));
                }

                break;
            case ReferenceNode reference:
                _open.Push(Intern(reference.Target!, 0, frame.Rest));
                break;
            case ValueNode value:
                // The frame stays below what fills the value, and so says what is being filled.
                _open.Push(frame.Index == 0 ? Intern(value.Inner, 0, Intern(value, 1, frame.Rest)) : frame.Rest);
                break;
            case LiteralNode literal when literal.Bytes.Length == 0:
                _open.Push(frame.Rest);
                break;
            case TextNode text:
                if (text.Most > frame.Index)
                {
                    heads.Add(frame);
                }

                if (frame.Index >= text.Least)
                {
                    _open.Push(frame.Rest);
                }

                break;
            default:
                heads.Add(frame);
                break;
        }
    }
}

/// <summary>A stack: a place in a node, and what follows when the node is done.</summary>
internal sealed class Frame(Node node, int index, Frame? rest, int restMin)
{
    internal Node Node => node;

    internal int Index => index;

    internal Frame? Rest => rest;

    /// <summary>The fewest bytes of all that follows the node.</summary>
    internal int RestMin => restMin;

    /// <summary>The values that are being filled, the innermost first.</summary>
    internal IEnumerable<Frame> Values()
    {
        for (var frame = this; frame is not null; frame = frame.Rest)
        {
            if (frame.Node is ValueNode)
            {
                yield return frame;
            }
        }
    }
}
