using System.Buffers;
using Google.Protobuf;
using Grpc.Core;

namespace Godzilla.Presence.Grpc;

/// <summary>An answer in bytes: encoded once, and sent to everybody who asks.</summary>
/// <param name="bytes">A message of proto/presence.proto.</param>
internal sealed class Encoded(byte[] bytes)
{
    /// <summary>How such answers are written; nobody reads them here.</summary>
    public static readonly Marshaller<Encoded> Marshaller = Marshallers.Create<Encoded>(
        static (answer, context) => answer.Write(context), static _ => throw new NotSupportedException());

    private Task<Encoded>? _task;

    public Encoded(IMessage message)
        : this(message.ToByteArray())
    {
    }

    /// <summary>The answer of a call that waits for nothing.</summary>
    public Task<Encoded> Task => _task ??= System.Threading.Tasks.Task.FromResult(this);

    /// <summary>The message as it is sent.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    private void Write(SerializationContext context)
    {
        context.SetPayloadLength(Bytes.Length);
        context.GetBufferWriter().Write(Bytes);
        context.Complete();
    }
}
