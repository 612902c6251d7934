using Aspire.Dashboard.Telemetry;
using Grpc.Core;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Otlp;

internal sealed class LogsReceiver(LogStore logs) : LogsService.LogsServiceBase
{
    public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context)
    {
        logs.Add(request);
        return Task.FromResult(new ExportLogsServiceResponse());
    }
}

internal sealed class TraceReceiver(TraceStore traces) : TraceService.TraceServiceBase
{
    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
    {
        traces.Add(request);
        return Task.FromResult(new ExportTraceServiceResponse());
    }
}

internal sealed class MetricsReceiver(MetricStore metrics) : MetricsService.MetricsServiceBase
{
    public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
    {
        metrics.Add(request);
        return Task.FromResult(new ExportMetricsServiceResponse());
    }
}
