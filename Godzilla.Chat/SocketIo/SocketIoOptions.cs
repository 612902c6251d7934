using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.SocketIo;

/// <summary>Limits of Socket.IO connections.</summary>
internal sealed class SocketIoOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "SocketIo";

    /// <summary>How often a client is pinged. The gateway cuts sockets that are silent for 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:28", ErrorMessage = "SocketIo:PingInterval must be between 00:00:00.1 and 00:00:28.")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a client has to answer a ping.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00", ErrorMessage = "SocketIo:PingTimeout must be between 00:00:00.1 and 00:02:00.")]
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a client may stay outside the namespace.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ErrorMessage = "SocketIo:ConnectTimeout must be between 00:00:00.1 and 00:05:00.")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How many bytes a packet of a client may have.</summary>
    [Range(32 * 1024, 1024 * 1024, ErrorMessage = "SocketIo:MaxPayload must be between 32768 and 1048576.")]
    public int MaxPayload { get; set; } = 64 * 1024;

    /// <summary>How many bytes may wait for a client that reads slowly. Past it the connection is closed.</summary>
    [Range(1024, 64 * 1024 * 1024, ErrorMessage = "SocketIo:MaxQueuedBytes must be between 1024 and 67108864.")]
    public int MaxQueuedBytes { get; set; } = 1024 * 1024;
}
