using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller takes a message's bytes from. A transport overrides what it offers.</summary>
public abstract class DeserializationContext
{
    /// <summary>How many bytes there are.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>A copy of the bytes.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw new NotImplementedException();

    /// <summary>The bytes where they are; valid only until the marshaller returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotImplementedException();
}
