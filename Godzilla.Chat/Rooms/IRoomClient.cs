namespace Godzilla.Chat.Rooms;

/// <summary>A connection that gets a room's events.</summary>
internal interface IRoomClient
{
    /// <summary>The signed-in user's name.</summary>
    string User { get; }

    /// <summary>Hands an event over without waiting. A client that falls too far behind is closed.</summary>
    void Send(RoomEvent roomEvent);

    /// <summary>Hands an event over, and waits while the client is slow.</summary>
    Task SendAsync(RoomEvent roomEvent, CancellationToken cancellationToken);
}
