using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>
/// Random numbers that depend on the seed alone, in every process and version of .NET, which <see cref="Random"/> does not promise:
/// xoshiro256** (Blackman and Vigna), its state filled by SplitMix64.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <param name="seed">Null for a seed that nobody knows.</param>
    internal SeededRandom(long? seed)
    {
        var state = (ulong)(seed ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)));
        _a = Split(ref state);
        _b = Split(ref state);
        _c = Split(ref state);
        _d = Split(ref state);
    }

    /// <summary>The next number from 0 up to, not including, 1.</summary>
    internal double Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return (result >> 11) * (1.0 / (1ul << 53));
    }

    private static ulong Split(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15;
        var mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
}
