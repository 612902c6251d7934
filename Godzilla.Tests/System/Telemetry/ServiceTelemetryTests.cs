using Godzilla.Tests.System.Gateway;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Telemetry;

public sealed class ServiceTelemetryTests
{
    [Fact]
    public async Task TracesMetricsAndLogsGoToTheConfiguredEndpointAndProbesLeaveNoSpan()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var gateway = ServiceProcess.Start("Gateway", collector.Variables);
        using var http = new HttpClient { BaseAddress = await gateway.AddressAsync() };
        foreach (var path in new[] { "/healthz", "/health", "/alive", "/discussion/1/messages", "/no/such/route" })
        {
            using var response = await http.GetAsync(path);
        }

        // A service exports all that it has when it ends.
        gateway.Terminate();
        Assert.Equal(0, await gateway.ExitCodeAsync());

        Assert.Equal(
            ["GET", "GET /discussion/{id}/messages"],
            collector.Spans.Where(span => span.Scope == "Microsoft.AspNetCore").Select(span => span.Name).Order(StringComparer.Ordinal));
        Assert.True(collector.Has("traces", "/no/such/route"));
        Assert.True(collector.Has("traces", "http.response.status_code"));
        Assert.True(collector.Has("metrics", "http.server.request.duration", "/discussion/{id}/messages"));
        Assert.True(collector.Has("logs", "Application started"));
        Assert.All(["/healthz", "/health", "/alive"], probe => Assert.False(collector.Has("traces", probe), probe));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("service.instance.id=the-second")]
    public async Task EachReplicaHasAnIdOfItsOwn(string? attributes)
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var gateway = ServiceProcess.Start("Gateway", [.. collector.Variables, ("OTEL_RESOURCE_ATTRIBUTES", attributes ?? ""), ("OTEL_SERVICE_NAME", "gateway")]);
        await gateway.LineAsync("Application started");
        gateway.Terminate();
        Assert.Equal(0, await gateway.ExitCodeAsync());

        Assert.True(collector.Has("metrics", "gateway", "service.instance.id", attributes is null ? Environment.MachineName : "the-second"));
        Assert.Equal(attributes is null, collector.Has("metrics", Environment.MachineName));
    }

    [Fact]
    public async Task TheGatewaysProbesOfServicesLeaveNoSpan()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = ServiceProcess.Start(
            "Gateway",
            [
                .. collector.Variables,
                ("services__chat__http__0", upstream.Address.ToString()),
                ("ReverseProxy__Clusters__chat__HealthCheck__Active__Interval", "00:00:01"),
            ]);
        await Eventually.TrueAsync(() => upstream.Probes > 2, "it is probed");
        gateway.Terminate();
        Assert.Equal(0, await gateway.ExitCodeAsync());

        Assert.True(collector.Has("logs", "Application started"));
        Assert.DoesNotContain(collector.Spans, span => span.Scope is "Yarp.ReverseProxy" or "System.Net.Http");
    }
}
