namespace Godzilla.Chat.Rooms;

/// <summary>The sender has sent another message with this client id.</summary>
internal sealed class ClientIdTakenException() : Exception("client_id was used for another message");
