using System.Net.WebSockets;

namespace Godzilla.Chat.Connections;

/// <summary>Why a server closes a WebSocket.</summary>
/// <param name="Status">The close code.</param>
/// <param name="Description">For a person, at most 123 bytes (RFC 6455, 5.5); empty for none.</param>
internal sealed record CloseReason(WebSocketCloseStatus Status, string Description)
{
    /// <summary>4401: sign in again before another attempt.</summary>
    public static readonly CloseReason SessionEnded = new((WebSocketCloseStatus)4401, "The session has ended");

    /// <summary>1012: connect again now; another gateway answers.</summary>
    public static readonly CloseReason Restarting = new((WebSocketCloseStatus)1012, "The gateway restarts");
}
