namespace Godzilla.Chat.Connections;

/// <summary>An open connection of a client, whatever protocol it speaks.</summary>
internal interface IClientConnection
{
    string Id { get; }

    /// <summary>The signed-in user's name.</summary>
    string User { get; }

    string SessionId { get; }

    /// <summary>The instance of the gateway through which it came.</summary>
    string Gateway { get; }

    /// <summary>Cancelled when it has ended.</summary>
    CancellationToken Closed { get; }

    /// <summary>Says goodbye as the protocol has it. The client's answer ends the connection.</summary>
    Task CloseAsync(CloseReason reason, CancellationToken cancellationToken);

    /// <summary>Breaks it off.</summary>
    void Abort();
}
