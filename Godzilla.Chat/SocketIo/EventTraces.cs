using System.Diagnostics;

namespace Godzilla.Chat.SocketIo;

/// <summary>
/// Spans of events that clients send, as SignalR makes them of calls: each is a trace of its own, with a link to the handshake, whose trace
/// lasts as long as the connection.
/// </summary>
internal static class EventTraces
{
    private static readonly ActivitySource Source = new("Godzilla.Chat.SocketIo");

    /// <summary>Begins to handle an event. It ends with the returned span.</summary>
    public static Activity? Start(string eventName)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        ActivityLink[] links = Activity.Current is { } handshake ? [new ActivityLink(handshake.Context)] : [];
        Activity.Current = null;
        return Source.StartActivity($"socket.io/{eventName}", ActivityKind.Server, parentContext: default, links: links)?
            .SetTag("rpc.system", "socket.io")
            .SetTag("rpc.service", "/")
            .SetTag("rpc.method", eventName);
    }

    /// <summary>Notes that it failed through no fault of the client.</summary>
    public static void Fail(Activity? activity, Exception exception) =>
        activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().FullName);
}
