using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Godzilla.Tests.ServiceDefaults;

public sealed partial class TelemetryTests
{
    [Fact]
    public async Task TracesMetricsAndLogsGoToTheConfiguredEndpoint()
    {
        var received = new ConcurrentQueue<(string Signal, string Body)>();
        await using var collector = await CollectorAsync(received);
        await using var host = await ServiceHost.StartAsync(
            "Production",
            builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            }),
            app => app.MapGet("/roar", (ILogger<TelemetryTests> logger) => Roar(logger)),
            keepLogging: true);

        await host.Http.GetStringAsync("/roar");

        await Eventually.TrueAsync(() => Task.FromResult(Has("traces", "/roar")), "the request's span arrives");
        await Eventually.TrueAsync(() => Task.FromResult(Has("metrics", "http.server.request.duration")), "the request's duration arrives");
        await Eventually.TrueAsync(() => Task.FromResult(Has("logs", "a roar was heard")), "the log line arrives");

        bool Has(string signal, string text) => received.Any(r => r.Signal == signal && r.Body.Contains(text, StringComparison.Ordinal));
    }

    private static string Roar(ILogger logger)
    {
        LogRoar(logger);
        return "roar";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "a roar was heard")]
    private static partial void LogRoar(ILogger logger);

    private static async Task<WebApplication> CollectorAsync(ConcurrentQueue<(string Signal, string Body)> received)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.Enqueue((signal, Encoding.Latin1.GetString(body.ToArray())));
            return Results.Bytes([], "application/x-protobuf");
        });
        await collector.StartAsync();
        return collector;
    }
}
