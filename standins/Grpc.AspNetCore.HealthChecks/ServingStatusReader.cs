using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.AspNetCore.HealthChecks;

internal static class ServingStatusReader
{
    /// <summary>One unhealthy check suffices for NOT_SERVING; without any check nothing is known. Degraded still serves.</summary>
    public static ServingStatus Read(IEnumerable<KeyValuePair<string, HealthReportEntry>> entries) =>
        entries.Select(entry => entry.Value.Status).DefaultIfEmpty((HealthStatus)(-1)).Min() switch
        {
            (HealthStatus)(-1) => ServingStatus.Unknown,
            HealthStatus.Unhealthy => ServingStatus.NotServing,
            _ => ServingStatus.Serving,
        };
}
