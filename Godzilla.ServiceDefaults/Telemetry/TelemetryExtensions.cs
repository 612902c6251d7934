using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Godzilla.ServiceDefaults.Telemetry;

internal static class TelemetryExtensions
{
    // Many a minute and all alike. By path, because the filter runs before routing.
    private static readonly PathString[] Probes = ["/health", "/healthz", "/alive", "/grpc.health.v1.Health"];

    /// <summary>Whether anybody listens. If not, no instrumentation is added and a request makes no span.</summary>
    internal static bool HasOtlpEndpoint(this IHostApplicationBuilder builder) =>
        !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    internal static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddConsoleFormatter<LineFormatter, LineFormatterOptions>().AddConsole(console => console.FormatterName = LineFormatter.FormatterName);
        }
        else
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "O";
            });
        }

        if (builder.HasOtlpEndpoint())
        {
            builder.AddOtlpExport();
        }
    }

    // A method of its own, so that a service without an endpoint does not even load the OpenTelemetry assemblies.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddOtlpExport(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Godzilla.*"))
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation()
                .AddSource("Microsoft.AspNetCore.SignalR.Server", "Yarp.ReverseProxy", "Grpc.Net.Client", "Godzilla.*"))
            .UseOtlpExporter();
    }

    private static bool IsProbe(PathString path) => Array.Exists(Probes, probe => path.StartsWithSegments(probe, StringComparison.OrdinalIgnoreCase));
}
