using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;

namespace Godzilla.Chat.Discussions;

/// <summary>A discussion's id: an ObjectId, or <c>lobby</c> for the discussion that is open to everybody.</summary>
/// <param name="Value">As stored; the lobby's is the ObjectId of zeros, which is never generated.</param>
internal readonly record struct DiscussionId(ObjectId Value)
{
    /// <summary>How clients write the lobby.</summary>
    public const string LobbyName = "lobby";

    /// <summary>The discussion that is open to every signed-in user.</summary>
    public static readonly DiscussionId Lobby = new(ObjectId.Empty);

    /// <summary>Reads an id as a client writes it.</summary>
    /// <param name="text"><c>lobby</c> or 24 hex digits.</param>
    /// <param name="id">The id.</param>
    /// <returns><see langword="false"/> if it is neither.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out DiscussionId id)
    {
        if (text == LobbyName)
        {
            id = Lobby;
            return true;
        }

        id = ObjectId.TryParse(text, out var value) ? new DiscussionId(value) : default;
        return value != ObjectId.Empty;
    }

    /// <summary>As a client writes it; also the name of the discussion's SignalR group.</summary>
    /// <returns><c>lobby</c> or 24 hex digits.</returns>
    public override string ToString() => this == Lobby ? LobbyName : Value.ToString();
}
