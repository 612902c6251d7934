using System.Text.Json;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Telemetry;

public sealed class ServiceTelemetryTests
{
    [Fact]
    public async Task TracesMetricsAndLogsGoToTheConfiguredEndpoint()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var gateway = ServiceProcess.Start("Gateway", collector.Variables);
        using var http = new HttpClient { BaseAddress = await AddressAsync(gateway) };

        await http.GetAsync("/healthz");
        await http.GetAsync("/alive");
        await http.GetAsync("/discussion/1/messages");
        await http.GetAsync("/no/such/route");

        await ArrivesAsync("traces", "GET /discussion/{id}/messages");
        await ArrivesAsync("traces", "/no/such/route");
        await ArrivesAsync("traces", "http.response.status_code");
        await ArrivesAsync("metrics", "http.server.request.duration");
        await ArrivesAsync("metrics", "/discussion/{id}/messages");
        await ArrivesAsync("logs", "Application started");

        // They came before the others, and would have been exported before them.
        Assert.False(collector.Has("traces", "/healthz"));
        Assert.False(collector.Has("traces", "/alive"));

        Task ArrivesAsync(string signal, string text) =>
            Eventually.TrueAsync(() => Task.FromResult(collector.Has(signal, text)), $"'{text}' arrives among the {signal}");
    }

    private static async Task<Uri> AddressAsync(ServiceProcess service)
    {
        const string Said = "Now listening on: ";
        using var entry = JsonDocument.Parse(await service.LineAsync(Said));
        return new Uri(entry.RootElement.GetProperty("Message").GetString()![Said.Length..]);
    }
}
