using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Godzilla.Fuzz;

/// <summary>Which branches the inputs took so far, as instrumented code counts them (AFL's table of 64 KiB).</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    private static readonly byte* Hits = (byte*)NativeMemory.AllocZeroed(Size);

    private readonly byte[] _seen = new byte[Size];

    /// <summary>Gives instrumented code the table to write to. Before that none may run.</summary>
    public static void Attach() => Trace.SharedMem = Hits;

    /// <summary>How many there are, each counted once for each order of magnitude of how often it was taken.</summary>
    public int Count { get; private set; }

    /// <summary>An input comes.</summary>
    public static void Begin()
    {
        NativeMemory.Clear(Hits, Size);
        Trace.PrevLocation = 0;
    }

    /// <summary>The input is through.</summary>
    /// <returns>Whether it took a branch that none before it took, or took one much more often.</returns>
    public bool End()
    {
        var before = Count;
        var hits = new ReadOnlySpan<byte>(Hits, Size);
        for (var at = hits.IndexOfAnyExcept((byte)0); at >= 0; at = Next(hits, at + 1))
        {
            var bucket = (byte)(1 << (hits[at] switch { 1 => 0, 2 => 1, 3 => 2, < 8 => 3, < 16 => 4, < 32 => 5, < 128 => 6, _ => 7 }));
            if ((_seen[at] & bucket) == 0)
            {
                _seen[at] |= bucket;
                Count++;
            }
        }

        return Count > before;
    }

    private static int Next(ReadOnlySpan<byte> hits, int from) => hits[from..].IndexOfAnyExcept((byte)0) is >= 0 and var at ? from + at : -1;
}
