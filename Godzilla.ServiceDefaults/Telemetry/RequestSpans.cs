using System.Diagnostics;
using Godzilla.ServiceDefaults.Health;
using OpenTelemetry;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>
/// Names a request's span by its method and route, as OpenTelemetry's conventions for HTTP servers have it, which .NET leaves at one
/// name for all; and keeps the probes' requests, many a minute and all alike, out of the traces.
/// </summary>
internal sealed class RequestSpans : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Kind != ActivityKind.Server || data.GetTagItem("http.request.method") is not string method)
        {
            return;
        }

        if (data.GetTagItem("url.path") is HealthExtensions.ReadyPath or HealthExtensions.AlivePath)
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        data.DisplayName = data.GetTagItem("http.route") is string route ? $"{method} {route}" : method;
    }
}
