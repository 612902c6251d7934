using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Tells watchers of what the host's periodic run of all checks found.</summary>
internal sealed class GrpcHealthChecksPublisher(HealthServiceImpl health, IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var service in options.Value.Services)
        {
            health.SetStatus(service.Name, ServingStatusReader.Read(
                report.Entries.Where(entry => service.Includes(entry.Key, entry.Value.Tags))));
        }

        return Task.CompletedTask;
    }
}
