using System.Numerics;
using System.Runtime.InteropServices;

namespace Godzilla.Inference.Mini.Json;

/// <summary>A set of bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ByteSet
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    internal readonly bool IsEmpty => (_a | _b | _c | _d) == 0;

    internal readonly int Count =>
        BitOperations.PopCount(_a) + BitOperations.PopCount(_b) + BitOperations.PopCount(_c) + BitOperations.PopCount(_d);

    internal static ByteSet Of(params ReadOnlySpan<char> characters)
    {
        var set = default(ByteSet);
        foreach (var character in characters)
        {
            set.Add((byte)character);
        }

        return set;
    }

    internal static ByteSet Range(int first, int last)
    {
        var set = default(ByteSet);
        for (var value = first; value <= last; value++)
        {
            set.Add((byte)value);
        }

        return set;
    }

    internal readonly bool Contains(byte value) => (Part(value) & (1ul << (value & 63))) != 0;

    internal void Add(byte value)
    {
        var bit = 1ul << (value & 63);
        switch (value >> 6)
        {
            case 0:
                _a |= bit;
                break;
            case 1:
                _b |= bit;
                break;
            case 2:
                _c |= bit;
                break;
            default:
                _d |= bit;
                break;
        }
    }

    internal void Add(ByteSet other)
    {
        _a |= other._a;
        _b |= other._b;
        _c |= other._c;
        _d |= other._d;
    }

    internal readonly ByteSet Intersect(ByteSet other) =>
        new() { _a = _a & other._a, _b = _b & other._b, _c = _c & other._c, _d = _d & other._d };

    internal readonly ByteSet Except(ByteSet other) =>
        new() { _a = _a & ~other._a, _b = _b & ~other._b, _c = _c & ~other._c, _d = _d & ~other._d };

    private readonly ulong Part(byte value) => (value >> 6) switch
    {
        0 => _a,
        1 => _b,
        2 => _c,
        _ => _d,
    };
}
