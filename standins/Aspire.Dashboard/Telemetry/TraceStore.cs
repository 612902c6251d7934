using Aspire.Dashboard.Configuration;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Telemetry;

/// <summary>The newest traces.</summary>
internal sealed class TraceStore(DashboardOptions options, ResourceRegistry resources)
{
    /// <summary>A connection that lives for days is one trace; more of it is counted only.</summary>
    public const int MostSpansInTrace = 2_000;

    // Together with the number of traces it bounds the memory: a span takes about half a kilobyte.
    private const int SpansForTrace = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byId = new(StringComparer.Ordinal);
    private readonly Ring<Entry> _byAge = new(options.TelemetryLimits.MaxTraceCount);
    private int _spans;

    public Signal Changed { get; } = new();

    private int MostSpans => options.TelemetryLimits.MaxTraceCount * SpansForTrace;

    public void Add(ExportTraceServiceRequest request)
    {
        foreach (var group in request.ResourceSpans)
        {
            if (resources.GetOrAdd(group.Resource) is not { } resource)
            {
                continue;
            }

            foreach (var scope in group.ScopeSpans)
            {
                var name = OtlpValues.Pooled(scope.Scope?.Name ?? "");
                foreach (var span in scope.Spans.Select(s => From(s, resource, name)).OfType<SpanModel>())
                {
                    Add(span);
                }
            }
        }

        Changed.Raise();
    }

    /// <summary>The traces that match, newest first.</summary>
    public IReadOnlyList<TraceModel> Query(TraceFilter filter)
    {
        lock (_lock)
        {
            var found = new List<TraceModel>();
            for (var i = _byAge.Count - 1; i >= 0; i--)
            {
                if (_byAge[i].Model is var model && filter.Matches(model))
                {
                    found.Add(model);
                }
            }

            return found;
        }
    }

    public TraceModel? Find(string id)
    {
        lock (_lock)
        {
            return _byId.TryGetValue(id, out var entry) ? entry.Model : null;
        }
    }

    /// <summary>The spans of other traces that link to one.</summary>
    public IReadOnlyList<SpanModel> LinksTo(string traceId)
    {
        lock (_lock)
        {
            return [.. _byAge.Where(e => e.HasLinks).SelectMany(e => e.Spans.Where(s => s.Links.Any(l => l.TraceId == traceId)))];
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _byId.Clear();
            _byAge.Clear();
            _spans = 0;
        }

        Changed.Raise();
    }

    private SpanModel? From(Span span, TelemetryResource resource, string scope)
    {
        if (OtlpValues.TraceId(span.TraceId) is not { } traceId || OtlpValues.SpanId(span.SpanId) is not (not 0 and var id))
        {
            return null;
        }

        var limits = options.TelemetryLimits;
        var start = OtlpValues.Time(span.StartTimeUnixNano);
        var end = OtlpValues.Time(span.EndTimeUnixNano);
        return new SpanModel(
            traceId,
            id,
            OtlpValues.SpanId(span.ParentSpanId),
            OtlpValues.Pooled(span.Name),
            span.Kind,
            start,
            end > start ? end - start : TimeSpan.Zero,
            resource,
            scope,
            span.Status?.Code == Status.Types.StatusCode.Error,
            span.Status?.Message is { Length: > 0 } message ? OtlpValues.Cut(message, limits.MaxAttributeLength) : null,
            OtlpValues.Attributes(span.Attributes, limits),
            [.. span.Events.Take(limits.MaxAttributeCount).Select(e => new SpanEvent(OtlpValues.Time(e.TimeUnixNano), OtlpValues.Pooled(e.Name), OtlpValues.Attributes(e.Attributes, limits)))],
            [
                .. span.Links.Take(limits.MaxAttributeCount).Where(l => OtlpValues.TraceId(l.TraceId) is not null)
                    .Select(l => new SpanLink(OtlpValues.TraceId(l.TraceId)!, OtlpValues.SpanId(l.SpanId), OtlpValues.Attributes(l.Attributes, limits))),
            ]);
    }

    private void Add(SpanModel span)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(span.TraceId, out var entry))
            {
                entry = new Entry(span.TraceId);
                _byId.Add(span.TraceId, entry);
                if (_byAge.Add(entry, out var lost))
                {
                    Forget(lost!);
                }
            }

            if (entry.Add(span))
            {
                _spans++;
            }

            while (_spans > MostSpans && _byAge.TryRemoveOldest(out var oldest))
            {
                Forget(oldest!);
            }
        }
    }

    private void Forget(Entry entry)
    {
        _byId.Remove(entry.Id);
        _spans -= entry.Spans.Count;
    }

    private sealed class Entry(string id)
    {
        private readonly List<SpanModel> _spans = [];
        private TraceModel? _model;
        private int _dropped;

        public string Id => id;

        public List<SpanModel> Spans => _spans;

        public bool HasLinks { get; private set; }

        // Worked out when it is asked for: most traces are never looked at.
        public TraceModel Model => _model ??= TraceModel.From(id, _spans, _dropped);

        public bool Add(SpanModel span)
        {
            _model = null;
            if (_spans.Count >= MostSpansInTrace)
            {
                _dropped++;
                return false;
            }

            // An exporter that got no answer sends again.
            if (_spans.Exists(s => s.Id == span.Id))
            {
                return false;
            }

            HasLinks |= span.Links.Count > 0;
            _spans.Add(span);
            return true;
        }
    }
}
