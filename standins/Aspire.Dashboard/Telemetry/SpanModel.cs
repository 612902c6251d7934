using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Telemetry;

/// <summary>An operation of one service, as part of a trace.</summary>
/// <param name="ParentId">0 for none.</param>
public sealed record SpanModel(
    string TraceId,
    ulong Id,
    ulong ParentId,
    string Name,
    Span.Types.SpanKind Kind,
    DateTimeOffset Start,
    TimeSpan Duration,
    TelemetryResource Resource,
    string Scope,
    bool IsError,
    string? StatusMessage,
    IReadOnlyList<KeyValuePair<string, string>> Attributes,
    IReadOnlyList<SpanEvent> Events,
    IReadOnlyList<SpanLink> Links)
{
    public DateTimeOffset End => Start + Duration;

    public string? Attribute(string key) => Attributes.FirstOrDefault(a => a.Key == key).Value;

    /// <summary>Whom it calls that sends no spans of its own: a store, for example.</summary>
    public string? Peer => Kind is not (Span.Types.SpanKind.Client or Span.Types.SpanKind.Producer)
        ? null
        : Attribute("db.system.name") ?? Attribute("db.system") ?? Attribute("messaging.system") ?? Attribute("peer.service") ?? Attribute("server.address");
}

/// <summary>Something that happened during a span.</summary>
public sealed record SpanEvent(DateTimeOffset Time, string Name, IReadOnlyList<KeyValuePair<string, string>> Attributes);

/// <summary>Another span that this one has to do with.</summary>
public sealed record SpanLink(string TraceId, ulong SpanId, IReadOnlyList<KeyValuePair<string, string>> Attributes);
