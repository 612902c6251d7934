using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Godzilla.Fuzz;

/// <summary>Makes an input of others by the steps that AFL's authors found useful.</summary>
internal sealed class Mutator(Random random, IEnumerable<string> words)
{
    /// <summary>In bytes. Long inputs are slow, and seldom show more.</summary>
    public const int MaxLength = 4096;

    private const int MostSteps = 5;

    private static readonly byte[] Edges = [0, 1, 0x7f, 0x80, 0xff, (byte)'"', (byte)'\\', (byte)'\n', (byte)'\r', (byte)' ', (byte)'-', (byte)'0', (byte)'9'];
    private static readonly int[] EdgeNumbers = [0, 1, -1, int.MinValue, int.MaxValue, 4, 5, 16, 1 << 24];
    private static readonly string[] Numbers = ["0", "-1", "1e999", "9223372036854775808", "4294967296", "0.1", "65536"];

    private readonly byte[][] _words = [.. words.Concat(Numbers).Select(Encoding.UTF8.GetBytes)];

    /// <param name="input">Is changed in some places.</param>
    /// <param name="other">May lend a part.</param>
    public byte[] Mutate(ReadOnlySpan<byte> input, ReadOnlySpan<byte> other)
    {
        List<byte> bytes = [.. input];
        for (var steps = 1 << random.Next(MostSteps); steps > 0; steps--)
        {
            Step(bytes, other);
        }

        if (bytes.Count > MaxLength)
        {
            bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        }

        return [.. bytes];
    }

    private void Step(List<byte> bytes, ReadOnlySpan<byte> other)
    {
        var at = random.Next(bytes.Count + 1);
        switch (bytes.Count == 0 ? 0 : random.Next(10))
        {
            case 0:
                bytes.InsertRange(at, _words[random.Next(_words.Length)]);
                break;
            case 1:
                bytes.Insert(at, Edges[random.Next(Edges.Length)]);
                break;
            case 2 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 3 when at < bytes.Count:
                bytes[at] = Edges[random.Next(Edges.Length)];
                break;
            case 4 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 5:
                bytes.RemoveRange(at, Length(bytes.Count - at));
                break;
            case 6:
                bytes.InsertRange(at, bytes.GetRange(at, Length(bytes.Count - at)));
                break;
            case 7:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[random.Next(other.Length + 1)..]);
                break;
            case 8 when other.Length > 0:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.Slice(from, Length(other.Length - from)));
                break;
            case 9 when bytes.Count - at >= sizeof(int):
                BinaryPrimitives.WriteInt32LittleEndian(CollectionsMarshal.AsSpan(bytes)[at..], EdgeNumbers[random.Next(EdgeNumbers.Length)]);
                break;
        }
    }

    // Mostly short.
    private int Length(int most) => Math.Min(most, 1 + random.Next(random.Next(4) == 0 ? 256 : 8));
}
