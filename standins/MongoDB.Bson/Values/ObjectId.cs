using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MongoDB.Bson;

/// <summary>
/// A 12-byte identifier: 4 bytes of seconds since 1970, 5 random bytes of this process, 3 bytes of a counter.
/// See the ObjectId page of the BSON specification.
/// </summary>
public struct ObjectId : IComparable<ObjectId>, IEquatable<ObjectId>
{
    // Drawn once a process (not a machine or a process id, which containers share), so that processes do not collide.
    private static readonly ulong ProcessRandom = NewProcessRandom();
    private static int _counter = RandomNumberGenerator.GetInt32(0x1000000);

    private readonly int _a;
    private readonly int _b;
    private readonly int _c;

    /// <summary>Reads an identifier from 12 bytes.</summary>
    /// <param name="bytes">Exactly 12 bytes.</param>
    public ObjectId(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length != 12)
        {
            throw new ArgumentException("Byte array must be 12 bytes long", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadInt32BigEndian(bytes);
        _b = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4));
        _c = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8));
    }

    /// <summary>Reads an identifier from 24 hex digits.</summary>
    /// <param name="value">24 hex digits.</param>
    /// <exception cref="FormatException">The text is not 24 hex digits.</exception>
    public ObjectId(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        this = Parse(value);
    }

    private ObjectId(int a, int b, int c) => (_a, _b, _c) = (a, b, c);

    /// <summary>The identifier of zeros.</summary>
    public static ObjectId Empty => default;

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public int Timestamp => _a;

    /// <summary>When the identifier was made, to the second, in UTC.</summary>
    public DateTime CreationTime => DateTime.UnixEpoch.AddSeconds((uint)_a);

    /// <summary>Whether two identifiers are the same.</summary>
    public static bool operator ==(ObjectId lhs, ObjectId rhs) => lhs.Equals(rhs);

    /// <summary>Whether two identifiers differ.</summary>
    public static bool operator !=(ObjectId lhs, ObjectId rhs) => !lhs.Equals(rhs);

    /// <summary>Whether the first comes before the second.</summary>
    public static bool operator <(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) < 0;

    /// <summary>Whether the first comes before the second or is the same.</summary>
    public static bool operator <=(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) <= 0;

    /// <summary>Whether the first comes after the second.</summary>
    public static bool operator >(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) > 0;

    /// <summary>Whether the first comes after the second or is the same.</summary>
    public static bool operator >=(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) >= 0;

    /// <summary>A new identifier, of now.</summary>
    /// <returns>An identifier that no other process makes.</returns>
    public static ObjectId GenerateNewId() => Create((int)DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    /// <summary>A new identifier of a given moment.</summary>
    /// <param name="timestamp">The moment, cut to the second.</param>
    /// <returns>The identifier.</returns>
    public static ObjectId GenerateNewId(DateTime timestamp) =>
        Create((int)(uint)(long)Math.Floor((timestamp.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds));

    /// <summary>A new identifier of a given moment.</summary>
    /// <param name="timestamp">Seconds since 1970-01-01 UTC.</param>
    /// <returns>The identifier.</returns>
    public static ObjectId GenerateNewId(int timestamp) => Create(timestamp);

    /// <summary>Reads 24 hex digits.</summary>
    /// <param name="s">The text.</param>
    /// <returns>The identifier.</returns>
    /// <exception cref="FormatException">The text is not 24 hex digits.</exception>
    public static ObjectId Parse(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, out var objectId) ? objectId : throw new FormatException($"'{s}' is not a valid 24 digit hex string.");
    }

    /// <summary>Reads 24 hex digits, or says that the text is none.</summary>
    /// <param name="s">The text, or null.</param>
    /// <param name="objectId">The identifier, or <see cref="Empty"/>.</param>
    /// <returns>Whether the text is an identifier.</returns>
    public static bool TryParse(string s, out ObjectId objectId)
    {
        objectId = default;
        if (s is not { Length: 24 })
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[12];
        if (Convert.FromHexString(s, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != 12)
        {
            return false;
        }

        objectId = FromSpan(bytes);
        return true;
    }

    /// <summary>Orders as the 12 bytes do.</summary>
    public int CompareTo(ObjectId other)
    {
        var result = ((uint)_a).CompareTo((uint)other._a);
        if (result == 0)
        {
            result = ((uint)_b).CompareTo((uint)other._b);
        }

        return result != 0 ? result : ((uint)_c).CompareTo((uint)other._c);
    }

    /// <summary>Whether all 12 bytes are the same.</summary>
    public bool Equals(ObjectId rhs) => _a == rhs._a && _b == rhs._b && _c == rhs._c;

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is ObjectId other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c);

    /// <summary>The 12 bytes.</summary>
    public byte[] ToByteArray()
    {
        var bytes = new byte[12];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>24 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[12];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    internal static ObjectId FromSpan(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32BigEndian(bytes),
        BinaryPrimitives.ReadInt32BigEndian(bytes[4..]),
        BinaryPrimitives.ReadInt32BigEndian(bytes[8..]));

    internal readonly void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, _a);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], _b);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], _c);
    }

    private static ObjectId Create(int timestamp)
    {
        var counter = (uint)Interlocked.Increment(ref _counter) & 0xffffff;
        return new ObjectId(timestamp, (int)(uint)(ProcessRandom >> 8), (int)((uint)(ProcessRandom & 0xff) << 24 | counter));
    }

    private static ulong NewProcessRandom()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes[3..]);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
