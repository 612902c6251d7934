using MongoDB.Bson;

namespace Mongod.Wire;

/// <summary>A request that has been read from the wire.</summary>
/// <param name="Id">The id that the reply names.</param>
/// <param name="Body">The command, with its document sequences.</param>
/// <param name="IsLegacy">Whether it is an OP_QUERY, which is answered with an OP_REPLY.</param>
/// <param name="Flags">The flags of an OP_MSG.</param>
internal readonly record struct Request(int Id, BsonDocument Body, bool IsLegacy, MessageFlags Flags)
{
    internal bool WantsNoReply => (Flags & MessageFlags.MoreToCome) != MessageFlags.None;

    internal bool AllowsExhaust => (Flags & MessageFlags.ExhaustAllowed) != MessageFlags.None;
}

/// <summary>The flag bits of an OP_MSG. A receiver must know the lower 16; it ignores the upper ones that it does not know.</summary>
[Flags]
internal enum MessageFlags
{
    None = 0,
    ChecksumPresent = 1,
    MoreToCome = 2,
    ExhaustAllowed = 1 << 16,
}
