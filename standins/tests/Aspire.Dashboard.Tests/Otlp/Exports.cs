using System.Buffers.Binary;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Tests.Otlp;

/// <summary>What exporters send.</summary>
internal static class Exports
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public static Resource Service(string name, string instance = "one") =>
        new() { Attributes = { Attribute("service.name", name), Attribute("service.instance.id", instance) } };

    public static KeyValue Attribute(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    public static ulong Nanoseconds(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;

    public static ByteString TraceId(int number) => ByteString.CopyFrom(Convert.FromHexString(number.ToString("x32", null)));

    public static ByteString SpanId(ulong number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return ByteString.CopyFrom(bytes);
    }

    public static ExportLogsServiceRequest Logs(string service, params LogRecord[] records) => new()
    {
        ResourceLogs = { new ResourceLogs { Resource = Service(service), ScopeLogs = { new ScopeLogs { Scope = new InstrumentationScope { Name = "Category" }, LogRecords = { records } } } } },
    };

    public static LogRecord Log(string message, int severity = 9, int trace = 0, params KeyValue[] attributes)
    {
        var record = new LogRecord
        {
            TimeUnixNano = Nanoseconds(Noon),
            SeverityNumber = severity,
            Body = new AnyValue { StringValue = message },
            Attributes = { attributes },
        };
        if (trace != 0)
        {
            record.TraceId = TraceId(trace);
            record.SpanId = SpanId(1);
        }

        return record;
    }

    public static ExportTraceServiceRequest Spans(string service, params Span[] spans) => new()
    {
        ResourceSpans = { new ResourceSpans { Resource = Service(service), ScopeSpans = { new ScopeSpans { Scope = new InstrumentationScope { Name = "Source" }, Spans = { spans } } } } },
    };

    public static Span Span(int trace, ulong id, ulong parent = 0, string name = "span", int start = 0, int milliseconds = 10, bool isError = false) => new()
    {
        TraceId = TraceId(trace),
        SpanId = SpanId(id),
        ParentSpanId = parent == 0 ? ByteString.Empty : SpanId(parent),
        Name = name,
        Kind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Server,
        StartTimeUnixNano = Nanoseconds(Noon.AddMilliseconds(start)),
        EndTimeUnixNano = Nanoseconds(Noon.AddMilliseconds(start + milliseconds)),
        Status = new Status { Code = isError ? Status.Types.StatusCode.Error : Status.Types.StatusCode.Unset, Message = isError ? "it broke" : "" },
    };

    public static ExportMetricsServiceRequest Metrics(string service, params Metric[] metrics) => new()
    {
        ResourceMetrics = { new ResourceMetrics { Resource = Service(service), ScopeMetrics = { new ScopeMetrics { Scope = new InstrumentationScope { Name = "Meter" }, Metrics = { metrics } } } } },
    };

    public static Metric Counter(string name, double value, int second, AggregationTemporality temporality = AggregationTemporality.Cumulative, params KeyValue[] dimensions) => new()
    {
        Name = name,
        Sum = new Sum { IsMonotonic = true, AggregationTemporality = temporality, DataPoints = { Number(value, second, dimensions) } },
    };

    public static Metric Gauge(string name, double value, int second, params KeyValue[] dimensions) => new() { Name = name, Gauge = new Gauge { DataPoints = { Number(value, second, dimensions) } } };

    public static Metric Histogram(string name, double[] bounds, ulong[] counts, int second, AggregationTemporality temporality = AggregationTemporality.Cumulative) => new()
    {
        Name = name,
        Unit = "s",
        Histogram = new Histogram
        {
            AggregationTemporality = temporality,
            DataPoints =
            {
                new HistogramDataPoint { TimeUnixNano = Nanoseconds(Noon.AddSeconds(second)), Count = (ulong)counts.Sum(c => (long)c), Sum = 1, ExplicitBounds = { bounds }, BucketCounts = { counts } },
            },
        },
    };

    private static NumberDataPoint Number(double value, int second, KeyValue[] dimensions) =>
        new() { TimeUnixNano = Nanoseconds(Noon.AddSeconds(second)), AsDouble = value, Attributes = { dimensions } };
}
