using System.Diagnostics;

namespace Godzilla.Chat.Rooms;

/// <summary>Spans of what goes from one replica to the others: whoever gets it links to whoever sent it.</summary>
internal static class RoomTraces
{
    public static readonly ActivitySource Source = new("Godzilla.Chat");

    /// <summary>Begins to publish.</summary>
    public static Activity? StartPublish(string channel, int messages) =>
        Activity.Current is null ? null : Describe(Source.StartActivity($"publish {channel}", ActivityKind.Producer), channel, "send", messages);

    /// <summary>
    /// Begins to handle what was published, unless <paramref name="publisher"/>, a <c>traceparent</c>, is <see langword="null"/>. It is a trace
    /// of its own: it may be the work of many users.
    /// </summary>
    public static Activity? StartReceive(string channel, string? publisher, int messages)
    {
        Activity.Current = null;
        return ActivityContext.TryParse(publisher, traceState: null, isRemote: true, out var context)
            ? Describe(Source.StartActivity($"process {channel}", ActivityKind.Consumer, parentContext: default, links: [new ActivityLink(context)]), channel, "process", messages)
            : null;
    }

    // https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
    private static Activity? Describe(Activity? activity, string channel, string operation, int messages) => activity?
        .SetTag("messaging.system", "redis")
        .SetTag("messaging.destination.name", channel)
        .SetTag("messaging.operation.name", operation == "send" ? "publish" : operation)
        .SetTag("messaging.operation.type", operation)
        .SetTag("messaging.batch.message_count", messages);
}
