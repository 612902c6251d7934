namespace Godzilla.Chat.Rooms;

/// <summary>More messages wait to be stored than a room holds. Nothing was stored.</summary>
internal sealed class RoomBusyException() : TimeoutException("Too many messages wait to be stored");
