using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>Receives what services export over OTLP/HTTP, on a real port.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> _received;

    private OtlpCollector(WebApplication app, ConcurrentQueue<(string Signal, byte[] Body)> received)
    {
        _app = app;
        _received = received;
    }

    /// <summary>The environment variables that make a service export to here, and soon.</summary>
    public (string Key, string Value)[] Variables =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", _app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "100"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
    ];

    public IReadOnlyList<OtlpSpan> Spans => [.. _received.Where(r => r.Signal == "traces").SelectMany(r => OtlpSpan.Parse(r.Body))];

    /// <summary>One of each metric of each service, with the attributes of all its points.</summary>
    public IReadOnlyList<OtlpMetric> Metrics =>
    [
        .. _received.Where(r => r.Signal == "metrics").SelectMany(r => OtlpMetric.Parse(r.Body))
            .GroupBy(metric => metric with { Attributes = [] })
            .Select(same => same.Key with { Attributes = [.. same.SelectMany(metric => metric.Attributes).Distinct(StringComparer.Ordinal)] }),
    ];

    public static async Task<OtlpCollector> StartAsync()
    {
        var received = new ConcurrentQueue<(string Signal, byte[] Body)>();
        var builder = TestHost.CreateBuilder();

        // Files of the services, which are copied beside the tests, would set other addresses.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.Enqueue((signal, body.ToArray()));
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.StartAsync();
        return new OtlpCollector(app, received);
    }

    /// <summary>Whether texts, such as a service's name and a metric's, came in one export.</summary>
    /// <param name="signal"><c>traces</c>, <c>metrics</c> or <c>logs</c>.</param>
    public bool Has(string signal, params string[] texts) => _received.Any(r => r.Signal == signal
        && texts.All(text => r.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
