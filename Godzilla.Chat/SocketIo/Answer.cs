using System.Diagnostics.CodeAnalysis;

namespace Godzilla.Chat.SocketIo;

/// <summary>What comes of an event: its acknowledgement, or why it failed.</summary>
/// <param name="Ack">The acknowledgement, unless it failed.</param>
/// <param name="Refusal">What is wrong, if it failed.</param>
[SuppressMessage("Usage", "CA2225", Justification = "The conversions are for handlers, which return one or the other.")]
internal readonly record struct Answer<TAck>(TAck? Ack, Refusal? Refusal)
    where TAck : class
{
    public static implicit operator Answer<TAck>(TAck ack) => new(ack, Refusal: null);

    public static implicit operator Answer<TAck>(Refusal refusal) => new(Ack: null, refusal);
}
