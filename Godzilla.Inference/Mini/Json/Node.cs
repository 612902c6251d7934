using System.Text;

namespace Godzilla.Inference.Mini.Json;

/// <summary>A part of a grammar over bytes.</summary>
internal abstract class Node
{
    /// <summary>More bytes than any text has: a node that never ends.</summary>
    internal const int Endless = 1 << 28;

    private bool _isCollected;

    /// <summary>The fewest bytes that it matches, or <see cref="Endless"/>. Valid after <see cref="MeasureAll"/>.</summary>
    internal int Min { get; private protected set; } = Endless;

    /// <summary>
    /// Measures a node and all that it refers to. A node that contains itself is endless until another way out of it is found, so the
    /// measures are taken until none changes.
    /// </summary>
    internal static void MeasureAll(Node root)
    {
        var nodes = new List<Node>();
        Collect(root, nodes);
        bool isChanged;
        do
        {
            isChanged = false;
            foreach (var node in nodes)
            {
                var min = Math.Min(node.Measure(), Endless);
                isChanged |= min != node.Min;
                node.Min = min;
            }
        }
        while (isChanged);
    }

    private protected abstract int Measure();

    private protected virtual IEnumerable<Node> Children => [];

    // Each node after what it contains, so that one round measures all but what contains itself.
    private static void Collect(Node root, List<Node> nodes)
    {
        var open = new Stack<(Node Node, bool IsDone)>([(root, false)]);
        while (open.TryPop(out var next))
        {
            if (next.IsDone)
            {
                nodes.Add(next.Node);
            }
            else if (!next.Node._isCollected)
            {
                next.Node._isCollected = true;
                open.Push((next.Node, true));
                foreach (var child in next.Node.Children)
                {
                    open.Push((child, false));
                }
            }
        }
    }
}

/// <summary>These bytes.</summary>
internal sealed class LiteralNode(byte[] bytes, bool isMentioned = false) : Node
{
    internal LiteralNode(string text)
        : this(Encoding.UTF8.GetBytes(text))
    {
    }

    internal byte[] Bytes => bytes;

    /// <summary>Whether the prompt speaks of it, which makes it the likelier one of a choice.</summary>
    internal bool IsMentioned => isMentioned;

    private protected override int Measure() => bytes.Length;
}

/// <summary>One byte of a set.</summary>
internal sealed class ByteNode(ByteSet set) : Node
{
    internal ByteSet Set => set;

    private protected override int Measure() => set.IsEmpty ? Endless : 1;
}

/// <summary>One after the other.</summary>
internal sealed class SequenceNode(params Node[] items) : Node
{
    private int[]? _mins;

    internal Node[] Items => items;

    private protected override IEnumerable<Node> Children => items;

    /// <summary>The fewest bytes of the items from a place on.</summary>
    internal int MinFrom(int place) => (_mins ??= Mins())[place];

    private protected override int Measure()
    {
        var min = 0L;
        foreach (var item in items)
        {
            min += item.Min;
        }

        return (int)Math.Min(min, Endless);
    }

    private int[] Mins()
    {
        var mins = new int[items.Length + 1];
        for (var at = items.Length - 1; at >= 0; at--)
        {
            mins[at] = Math.Min(mins[at + 1] + items[at].Min, Endless);
        }

        return mins;
    }
}

/// <summary>One of several.</summary>
internal sealed class ChoiceNode(params Node[] items) : Node
{
    internal Node[] Items => items;

    private protected override IEnumerable<Node> Children => items;

    private protected override int Measure() => items.Length == 0 ? Endless : items.Min(item => item.Min);
}

/// <summary>The same several times.</summary>
internal sealed class RepeatNode(Node item, int min, int max) : Node
{
    internal const int Unbounded = int.MaxValue;

    internal Node Item => item;

    internal int Least => min;

    internal int Most => max;

    private protected override IEnumerable<Node> Children => [item];

    private protected override int Measure() => min == 0 ? 0 : (int)Math.Min((long)item.Min * min, Endless);
}

/// <summary>
/// The characters of a JSON string between its quotes, without escapes. With a bound on their number they are ASCII, so that all ways of
/// counting characters agree.
/// </summary>
internal sealed class TextNode(int min, int max) : Node
{
    internal int Least => min;

    internal int Most => max;

    internal bool IsBounded => min > 0 || max != RepeatNode.Unbounded;

    private protected override int Measure() => max < min ? Endless : min;
}

/// <summary>What another place of the grammar says; how a grammar contains itself.</summary>
internal sealed class ReferenceNode : Node
{
    internal Node? Target { get; set; }

    private protected override IEnumerable<Node> Children => Target is null ? [] : [Target];

    private protected override int Measure() => Target?.Min ?? Endless;
}

/// <summary>A value of a document: what it is called and what it may be, which says how it is filled.</summary>
internal sealed class ValueNode(ValueKind kind, string name, string description, Node inner) : Node
{
    internal ValueKind Kind => kind;

    /// <summary>The property's name; of an item, that of its array.</summary>
    internal string Name => name;

    internal string Description => description;

    internal Node Inner => inner;

    private protected override IEnumerable<Node> Children => [inner];

    private protected override int Measure() => inner.Min;
}

/// <summary>What a value is.</summary>
internal enum ValueKind
{
    Other,
    Text,
    Number,
    Array,
    Object,
}
