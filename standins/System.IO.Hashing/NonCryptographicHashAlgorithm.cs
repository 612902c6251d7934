using System.ComponentModel;

namespace System.IO.Hashing;

/// <summary>A hash that tells data apart, but not from an attacker.</summary>
public abstract class NonCryptographicHashAlgorithm
{
    /// <summary>For derived classes.</summary>
    protected NonCryptographicHashAlgorithm(int hashLengthInBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashLengthInBytes, 1);
        HashLengthInBytes = hashLengthInBytes;
    }

    /// <summary>How many bytes a hash has.</summary>
    public int HashLengthInBytes { get; }

    /// <summary>Adds data.</summary>
    public abstract void Append(ReadOnlySpan<byte> source);

    /// <summary>Adds data.</summary>
    public void Append(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Append(new ReadOnlySpan<byte>(source));
    }

    /// <summary>Adds the rest of a stream.</summary>
    public void Append(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new byte[4096];
        while (stream.Read(buffer, 0, buffer.Length) is > 0 and var read)
        {
            Append(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Adds the rest of a stream.</summary>
    public async Task AppendAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            Append(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Forgets all data.</summary>
    public abstract void Reset();

    /// <summary>The hash of the data so far.</summary>
    public byte[] GetCurrentHash()
    {
        var hash = new byte[HashLengthInBytes];
        GetCurrentHashCore(hash);
        return hash;
    }

    /// <summary>Writes the hash of the data so far, and returns how many bytes that took.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int GetCurrentHash(Span<byte> destination) =>
        TryGetCurrentHash(destination, out var written) ? written : throw TooShort(nameof(destination));

    /// <summary>Writes the hash of the data so far; false when the destination is too short.</summary>
    public bool TryGetCurrentHash(Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = destination.Length < HashLengthInBytes ? 0 : HashLengthInBytes;
        if (bytesWritten > 0)
        {
            GetCurrentHashCore(destination[..HashLengthInBytes]);
        }

        return bytesWritten > 0;
    }

    /// <summary>The hash of the data so far, which is then forgotten.</summary>
    public byte[] GetHashAndReset()
    {
        var hash = new byte[HashLengthInBytes];
        GetHashAndResetCore(hash);
        return hash;
    }

    /// <summary>Writes the hash of the data so far, which is then forgotten, and returns how many bytes that took.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int GetHashAndReset(Span<byte> destination) =>
        TryGetHashAndReset(destination, out var written) ? written : throw TooShort(nameof(destination));

    /// <summary>Writes the hash of the data so far, which is then forgotten; false when the destination is too short.</summary>
    public bool TryGetHashAndReset(Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = destination.Length < HashLengthInBytes ? 0 : HashLengthInBytes;
        if (bytesWritten > 0)
        {
            GetHashAndResetCore(destination[..HashLengthInBytes]);
        }

        return bytesWritten > 0;
    }

    /// <summary>Not what it is asked for: an error to call.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Use GetCurrentHash() to retrieve the computed hash code.", true)]
#pragma warning disable CS0809 // A mix-up that is not to compile.
    public override int GetHashCode() => throw new NotSupportedException("The hash of the data is GetCurrentHash().");
#pragma warning restore CS0809

    /// <summary>Writes the hash into exactly as many bytes as it has.</summary>
    protected abstract void GetCurrentHashCore(Span<byte> destination);

    /// <summary>Writes the hash into exactly as many bytes as it has, and forgets the data.</summary>
    protected virtual void GetHashAndResetCore(Span<byte> destination)
    {
        GetCurrentHashCore(destination);
        Reset();
    }

    internal static ArgumentException TooShort(string parameter) => new("The destination is too short for the hash.", parameter);
}
