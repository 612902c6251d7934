using System.Diagnostics.Metrics;

namespace Godzilla.Chat.SocketIo;

/// <summary>Counts what ends Socket.IO connections from our side.</summary>
internal sealed class SocketIoMetrics
{
    private readonly Counter<long> _closed;

    public SocketIoMetrics(IMeterFactory meters) => _closed = meters.Create("Godzilla.Chat").CreateCounter<long>(
        "godzilla.chat.socketio.closed", "{connection}", "Socket.IO connections that were closed for what their clients did, by reason.");

    public void Closed(string reason) => _closed.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
