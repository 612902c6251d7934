using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Godzilla.ServiceDefaults.Telemetry;

internal static class TelemetryExtensions
{
    // Many a minute and all alike. By path, because the filter runs before routing.
    private static readonly PathString[] Probes = ["/health", "/healthz", "/alive", "/grpc.health.v1.Health"];

    // Attributes as the semantic conventions have them now, where a library's default is an older version or none.
    private const string ConventionsOfDatabases = "OTEL_SEMCONV_STABILITY_OPT_IN";
    private const string ConventionsOfGrpc = "OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_ENABLE_GRPC_INSTRUMENTATION";

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
        // The first is read from the environment alone.
        Environment.SetEnvironmentVariable(ConventionsOfDatabases, builder.Configuration[ConventionsOfDatabases] ?? "database");
        builder.Configuration[ConventionsOfGrpc] ??= bool.TrueString;

        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        builder.Services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<LastExport>();
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddAttributes([new("service.instance.id", $"{Environment.MachineName}-{Environment.ProcessId}")])
                .AddEnvironmentVariableDetector()) // Again: what is set there counts.
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Godzilla.*"))
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation()
                .AddGrpcClientInstrumentation()
                .AddSource("Microsoft.AspNetCore.SignalR.Server", "Yarp.ReverseProxy", "Godzilla.*")
                .SetSampler(services => ActivatorUtilities.CreateInstance<TraceSampler>(services, ConfiguredSampler.Of(builder.Configuration))))
            .UseOtlpExporter();
    }

    private static bool IsProbe(PathString path) => Array.Exists(Probes, probe => path.StartsWithSegments(probe, StringComparison.OrdinalIgnoreCase));
}
