using System.Diagnostics;
using Godzilla.ServiceDefaults.Health;
using OpenTelemetry;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>Keeps the probes' requests, many a minute and all alike, out of the traces.</summary>
internal sealed class ProbeFilter : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Kind == ActivityKind.Server
            && data.GetTagItem("url.path") is HealthExtensions.ReadyPath or HealthExtensions.AlivePath)
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
