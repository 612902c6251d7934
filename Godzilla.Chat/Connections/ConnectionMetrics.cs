using System.Diagnostics.Metrics;

namespace Godzilla.Chat.Connections;

/// <summary>Counts the open connections of this process.</summary>
internal sealed class ConnectionMetrics
{
    private readonly UpDownCounter<int> _open;

    public ConnectionMetrics(IMeterFactory meters) =>
        _open = meters.Create("Godzilla.Chat").CreateUpDownCounter<int>("godzilla.chat.connections", "{connection}", "Open connections of clients, over both protocols.");

    public void Opened() => _open.Add(1);

    public void Closed() => _open.Add(-1);
}
