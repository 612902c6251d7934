using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace System.IO.Hashing;

/// <summary>XXH64: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. A hash's bytes are its number's, highest first.</summary>
public sealed class XxHash64 : NonCryptographicHashAlgorithm
{
    private const int HashLength = sizeof(ulong);
    private const int StripeLength = 4 * sizeof(ulong);
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    private readonly byte[] _rest = new byte[StripeLength];
    private readonly ulong _seed;
    private Lanes _lanes;
    private ulong _length;

    /// <summary>With the seed 0.</summary>
    public XxHash64()
        : this(0)
    {
    }

    /// <summary>With a seed.</summary>
    public XxHash64(long seed)
        : base(HashLength)
    {
        _seed = (ulong)seed;
        Reset();
    }

    private XxHash64(XxHash64 other)
        : base(HashLength)
    {
        (_seed, _lanes, _length) = (other._seed, other._lanes, other._length);
        other._rest.CopyTo(_rest, 0);
    }

    /// <summary>The hash of some data.</summary>
    public static byte[] Hash(byte[] source) => Hash(source, seed: 0);

    /// <summary>The hash of some data with a seed.</summary>
    public static byte[] Hash(byte[] source, long seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Hash(new ReadOnlySpan<byte>(source), seed);
    }

    /// <summary>The hash of some data with a seed.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> source, long seed = 0)
    {
        var hash = new byte[HashLength];
        BinaryPrimitives.WriteUInt64BigEndian(hash, HashToUInt64(source, seed));
        return hash;
    }

    /// <summary>Writes the hash of some data with a seed, and returns how many bytes that took.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Hash(ReadOnlySpan<byte> source, Span<byte> destination, long seed = 0) =>
        TryHash(source, destination, out var written, seed) ? written : throw TooShort(nameof(destination));

    /// <summary>Writes the hash of some data with a seed; false when the destination is too short.</summary>
    public static bool TryHash(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesWritten, long seed = 0)
    {
        bytesWritten = BinaryPrimitives.TryWriteUInt64BigEndian(destination, HashToUInt64(source, seed)) ? HashLength : 0;
        return bytesWritten > 0;
    }

    /// <summary>The hash of some data with a seed, as a number.</summary>
    public static ulong HashToUInt64(ReadOnlySpan<byte> source, long seed = 0)
    {
        var lanes = new Lanes((ulong)seed);
        var rest = lanes.Add(source);
        return Finish(lanes, (ulong)seed, (ulong)source.Length, rest);
    }

    /// <summary>Another of the same state.</summary>
    public XxHash64 Clone() => new(this);

    /// <inheritdoc/>
    public override void Reset() => (_lanes, _length) = (new Lanes(_seed), 0);

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> source)
    {
        var held = (int)(_length % StripeLength);
        _length += (ulong)source.Length;
        if (held > 0)
        {
            var taken = Math.Min(source.Length, StripeLength - held);
            source[..taken].CopyTo(_rest.AsSpan(held));
            source = source[taken..];
            if (held + taken < StripeLength)
            {
                return;
            }

            _lanes.Add(_rest);
        }

        _lanes.Add(source).CopyTo(_rest);
    }

    /// <summary>The hash of the data so far, as a number.</summary>
    public ulong GetCurrentHashAsUInt64() => Finish(_lanes, _seed, _length, _rest.AsSpan(0, (int)(_length % StripeLength)));

    /// <inheritdoc/>
    protected override void GetCurrentHashCore(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt64BigEndian(destination, GetCurrentHashAsUInt64());

    private static ulong Finish(in Lanes lanes, ulong seed, ulong length, ReadOnlySpan<byte> rest)
    {
        var hash = (length < StripeLength ? seed + Prime5 : lanes.Merge()) + length;
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
        }

        if (rest.Length >= sizeof(uint))
        {
            hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1;
            hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
            rest = rest[sizeof(uint)..];
        }

        foreach (var last in rest)
        {
            hash ^= last * Prime5;
            hash = BitOperations.RotateLeft(hash, 11) * Prime1;
        }

        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }

    private static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1;

    /// <summary>The four running sums that each stripe of 32 bytes goes into.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Lanes(ulong seed)
    {
        private ulong _1 = seed + Prime1 + Prime2;
        private ulong _2 = seed + Prime2;
        private ulong _3 = seed;
        private ulong _4 = seed - Prime1;

        /// <summary>Takes in all whole stripes, and returns what is left.</summary>
        public ReadOnlySpan<byte> Add(ReadOnlySpan<byte> source)
        {
            for (; source.Length >= StripeLength; source = source[StripeLength..])
            {
                _1 = Round(_1, BinaryPrimitives.ReadUInt64LittleEndian(source));
                _2 = Round(_2, BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
                _3 = Round(_3, BinaryPrimitives.ReadUInt64LittleEndian(source[16..]));
                _4 = Round(_4, BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));
            }

            return source;
        }

        public readonly ulong Merge()
        {
            var hash = BitOperations.RotateLeft(_1, 1) + BitOperations.RotateLeft(_2, 7)
                + BitOperations.RotateLeft(_3, 12) + BitOperations.RotateLeft(_4, 18);
            hash = Merge(hash, _1);
            hash = Merge(hash, _2);
            hash = Merge(hash, _3);
            return Merge(hash, _4);
        }

        private static ulong Merge(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * Prime1) + Prime4;
    }
}
