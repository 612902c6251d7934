using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>Healthy if an HTTP endpoint answers a request with the expected status.</summary>
internal sealed class HttpHealthCheck(EndpointReference endpoint, string path, int expectedStatus, IHttpClientFactory clients) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!endpoint.IsAllocated)
        {
            return HealthCheckResult.Unhealthy("The endpoint has no address yet.");
        }

        // Each replica is asked on its own port, not through the proxy.
        var url = HealthTarget.PortOf(endpoint.EndpointAnnotation) is { } port
            ? new UriBuilder(endpoint.Url) { Port = port }.Uri
            : new Uri(endpoint.Url);

        try
        {
            using var client = clients.CreateClient(nameof(HttpHealthCheck));
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, path));
            if (endpoint.EndpointAnnotation.Transport == "http2")
            {
                request.Version = new Version(2, 0);
                request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode == expectedStatus
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{request.RequestUri} answered {(int)response.StatusCode}, not {expectedStatus}.");
        }
        catch (HttpRequestException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}

/// <summary>The replica that a health check is being made for.</summary>
internal static class HealthTarget
{
    private static readonly AsyncLocal<Func<EndpointAnnotation, int?>?> CurrentPorts = new();

    public static Func<EndpointAnnotation, int?>? Ports
    {
        set => CurrentPorts.Value = value;
    }

    public static int? PortOf(EndpointAnnotation endpoint) => CurrentPorts.Value?.Invoke(endpoint);
}
