using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Godzilla.ServiceDefaults.Health;

internal static class HealthExtensions
{
    internal const string ReadyPath = "/health";
    internal const string AlivePath = "/alive";
    private const string LiveTag = "live";

    internal static void AddHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WarmUp>().AddHostedService(services => services.GetRequiredService<WarmUp>());
        builder.Services.AddHealthChecks()
            .AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag])
            .AddCheck<WarmUp>("warm-up");

        // After every registration, so that it holds for those that client libraries add.
        builder.Services.AddOptions<HealthCheckServiceOptions>().PostConfigure<TimeProvider, ILoggerFactory>((options, time, loggers) =>
        {
            var logger = loggers.CreateLogger(typeof(BoundedHealthCheck).FullName!);
            foreach (var registration in options.Registrations)
            {
                var check = new BoundedHealthCheck(registration.Factory, time, logger);
                registration.Factory = check.For;
            }
        });
    }

    internal static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks(ReadyPath, new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous().DisableHttpMetrics();
        app.MapHealthChecks(AlivePath, new HealthCheckOptions
        {
            Predicate = registration => registration.Tags.Contains(LiveTag),
            ResponseWriter = WriteAsync,
        }).AllowAnonymous().DisableHttpMetrics();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new HealthAnswer(
                Name(report.Status),
                report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => entry.Value.Status == HealthStatus.Healthy
                        ? Name(HealthStatus.Healthy)
                        : $"{Name(entry.Value.Status)}: {entry.Value.Description}")),
            context.RequestAborted);

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    private sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, string> Checks);
}
