using System.Globalization;
using System.Text.Json;

namespace Godzilla.Inference.Mini.Json;

/// <summary>Numbers between bounds, as digits. Not every number that a schema allows can be written, but each that is written is allowed.</summary>
internal static class NumberGrammar
{
    /// <summary>How far an unbounded number reaches.</summary>
    private const decimal Reach = 999_999;

    /// <summary>How many numbers are listed where no pattern of digits describes them.</summary>
    private const int MaxListed = 50;

    private static readonly ByteSet Digits = ByteSet.Range('0', '9');
    private static readonly ByteSet NotZero = ByteSet.Range('1', '9');

    /// <summary>One to three digits after the point. The last is not 0, so that the number is more than its whole part.</summary>
    private static readonly Node Fraction = new SequenceNode(
        new LiteralNode("."), new RepeatNode(new ByteNode(Digits), 0, 2), new ByteNode(NotZero));

    /// <summary>The values that are allowed and, of a closed interval, its bounds.</summary>
    internal sealed record Bounds(decimal? Low, bool IsLowExcluded, decimal? High, bool IsHighExcluded, decimal? MultipleOf)
    {
        internal static Bounds Of(JsonElement schema)
        {
            var (low, high) = (Number(schema, "minimum"), Number(schema, "maximum"));
            var (above, below) = (Number(schema, "exclusiveMinimum"), Number(schema, "exclusiveMaximum"));
            return new(
                above is not null && (low is null || above >= low) ? above : low,
                above is not null && (low is null || above >= low),
                below is not null && (high is null || below <= high) ? below : high,
                below is not null && (high is null || below <= high),
                Number(schema, "multipleOf"));
        }

        internal bool Allows(decimal value) =>
            (Low is null || (IsLowExcluded ? value > Low : value >= Low))
            && (High is null || (IsHighExcluded ? value < High : value <= High))
            && (MultipleOf is null or 0 || value % MultipleOf == 0);

        private static decimal? Number(JsonElement schema, string name) =>
            schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
                ? value.TryGetDecimal(out var number) ? number : value.GetDouble() > 0 ? 1e20m : -1e20m
                : null;
    }

    /// <summary>The numbers within bounds. Without any, the node never ends.</summary>
    internal static Node Build(Bounds bounds, bool isInteger)
    {
        // An open side reaches as far as is of use.
        var low = bounds.Low ?? (bounds.High is { } most ? Math.Min(0, most - 1000) : -Reach);
        var high = bounds.High ?? (bounds.Low is { } least ? Math.Max(0, least) + 1000 : Reach);
        var first = bounds.IsLowExcluded ? Math.Floor(low) + 1 : Math.Ceiling(low);
        var last = bounds.IsHighExcluded ? Math.Ceiling(high) - 1 : Math.Floor(high);
        if (bounds.MultipleOf is > 0 and var step)
        {
            return Listed(Multiples(bounds, step, low, high, isInteger));
        }

        var choices = new List<Node>();
        if (first <= last)
        {
            choices.Add(Integers(first, last));
        }

        if (!isInteger)
        {
            // What follows the point takes a number away from zero, so the whole part keeps one off the far bound.
            if (Math.Max(0, first) <= last - 1)
            {
                choices.Add(new SequenceNode(Integers(Math.Max(0, first), last - 1), Fraction));
            }

            if (choices.Count == 0)
            {
                choices.Add(Listed(Between(bounds, low, high)));
            }
        }

        return new ChoiceNode([.. choices]);
    }

    private static IEnumerable<decimal> Multiples(Bounds bounds, decimal step, decimal low, decimal high, bool isInteger)
    {
        var from = bounds.Low is null && bounds.High is null or >= 0 ? 0 : Math.Ceiling(low / step);
        for (var factor = from; factor * step <= high && factor - from < 10_000; factor++)
        {
            var value = factor * step;
            if (bounds.Allows(value) && (!isInteger || value == Math.Truncate(value)))
            {
                yield return value;
            }
        }
    }

    // No whole number is within: as few decimal places as give one.
    private static List<decimal> Between(Bounds bounds, decimal low, decimal high)
    {
        var scale = 1m;
        for (var places = 1; places <= 12; places++)
        {
            scale *= 10;
            var found = new List<decimal>();
            for (var value = Math.Floor(low * scale); value <= high * scale && found.Count < MaxListed; value++)
            {
                if (bounds.Allows(value / scale))
                {
                    found.Add(value / scale);
                }
            }

            if (found.Count > 0)
            {
                return found;
            }
        }

        return [];
    }

    private static ChoiceNode Listed(IEnumerable<decimal> values) =>
        new([.. values.Take(MaxListed).Select(value => new LiteralNode(value.ToString("0.############", CultureInfo.InvariantCulture)))]);

    private static ChoiceNode Integers(decimal low, decimal high)
    {
        var choices = new List<Node>();
        if (low < 0)
        {
            choices.Add(new SequenceNode(new LiteralNode("-"), Naturals(Math.Max(1, -Math.Min(high, -1)), -low)));
        }

        if (high >= 0)
        {
            choices.Add(Naturals(Math.Max(0, low), high));
        }

        return new([.. choices]);
    }

    private static ChoiceNode Naturals(decimal low, decimal high)
    {
        var (lowText, highText) = (Text(low), Text(high));
        var choices = new List<Node>();
        for (var length = lowText.Length; length <= highText.Length; length++)
        {
            var from = length == lowText.Length ? lowText : "1" + new string('0', length - 1);
            var to = length == highText.Length ? highText : new string('9', length);
            choices.Add(SameLength(from, to));
        }

        return new([.. choices]);
    }

    private static string Text(decimal value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static Node SameLength(string low, string high)
    {
        if (low.Length == 1)
        {
            return new ByteNode(ByteSet.Range(low[0], high[0]));
        }

        if (low[0] == high[0])
        {
            return new SequenceNode(new LiteralNode(low[..1]), SameLength(low[1..], high[1..]));
        }

        var rest = low.Length - 1;
        var choices = new List<Node>
        {
            new SequenceNode(new LiteralNode(low[..1]), SameLength(low[1..], new string('9', rest))),
            new SequenceNode(new LiteralNode(high[..1]), SameLength(new string('0', rest), high[1..])),
        };
        if (low[0] + 1 < high[0])
        {
            choices.Add(new SequenceNode(new ByteNode(ByteSet.Range(low[0] + 1, high[0] - 1)), new RepeatNode(new ByteNode(Digits), rest, rest)));
        }

        return new ChoiceNode([.. choices]);
    }
}
