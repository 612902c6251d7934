using Aspire.Dashboard.Configuration;
using OpenTelemetry.Proto.Logs.V1;

namespace Aspire.Dashboard.Telemetry;

/// <summary>The newest lines of all structured logs.</summary>
internal sealed class LogStore(DashboardOptions options, ResourceRegistry resources, TimeProvider time)
{
    private const int NumbersInLevel = 4;

    private readonly Lock _lock = new();
    private readonly Ring<LogEntry> _entries = new(options.TelemetryLimits.MaxLogCount);
    private long _lastNumber;

    public Signal Changed { get; } = new();

    public void Add(ExportLogsServiceRequest request)
    {
        var limits = options.TelemetryLimits;
        foreach (var group in request.ResourceLogs)
        {
            if (resources.GetOrAdd(group.Resource) is not { } resource)
            {
                continue;
            }

            foreach (var scope in group.ScopeLogs)
            {
                var category = OtlpValues.Pooled(scope.Scope?.Name ?? "");
                foreach (var record in scope.LogRecords)
                {
                    var nanoseconds = record.TimeUnixNano != 0 ? record.TimeUnixNano : record.ObservedTimeUnixNano;
                    Add(new LogEntry(
                        0,
                        nanoseconds == 0 ? time.GetUtcNow() : OtlpValues.Time(nanoseconds),
                        LevelOf(record.SeverityNumber),
                        OtlpValues.Cut(OtlpValues.Text(record.Body), limits.MaxAttributeLength),
                        category,
                        resource,
                        OtlpValues.TraceId(record.TraceId),
                        OtlpValues.SpanId(record.SpanId),
                        OtlpValues.Attributes(record.Attributes, limits)));
                }
            }
        }

        Changed.Raise();
    }

    /// <summary>The lines that match, newest first.</summary>
    public IReadOnlyList<LogEntry> Query(LogFilter filter)
    {
        lock (_lock)
        {
            var found = new List<LogEntry>();
            for (var i = _entries.Count - 1; i >= 0; i--)
            {
                if (filter.Matches(_entries[i]))
                {
                    found.Add(_entries[i]);
                }
            }

            return found;
        }
    }

    public LogEntry? Find(long number)
    {
        lock (_lock)
        {
            // Numbers have no holes.
            return _entries.Count > 0 && number - _entries[0].Number is >= 0 and var index && index < _entries.Count ? _entries[(int)index] : null;
        }
    }

    public int CountOf(string traceId) => Query(new LogFilter(TraceId: traceId)).Count;

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
        }

        Changed.Raise();
    }

    // 1 to 24: four numbers each for trace, debug, information, warning, error, critical.
    private static LogLevel LevelOf(int severity) => (LogLevel)Math.Clamp((severity - 1) / NumbersInLevel, (int)LogLevel.Trace, (int)LogLevel.Critical);

    private void Add(LogEntry entry)
    {
        lock (_lock)
        {
            _entries.Add(entry with { Number = ++_lastNumber }, out _);
        }
    }
}
