using System.Runtime.InteropServices;

namespace Godzilla.Chat.Rooms;

/// <summary>A place in a discussion: its messages up to one, and their changes up to one.</summary>
/// <param name="Seq">The number of a message.</param>
/// <param name="Rev">The number of a change.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Position(long Seq, long Rev)
{
    public static Position Max(Position one, Position other) => new(Math.Max(one.Seq, other.Seq), Math.Max(one.Rev, other.Rev));
}
