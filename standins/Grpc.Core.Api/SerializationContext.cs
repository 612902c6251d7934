using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts a message's bytes. A transport overrides what it offers.</summary>
public abstract class SerializationContext
{
    /// <summary>Ends the message, which is <paramref name="payload"/>.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>The buffer to write into, before <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>Tells how many bytes will be written, ahead of them. Without effect unless overridden.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>Ends the message, which was written into <see cref="GetBufferWriter"/>.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}
