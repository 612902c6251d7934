using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>
/// Exports what is left when the service ends, all three signals at once and for a moment. The SDK alone waits 5 s for one after the other
/// where the collector is slow or away. It is added before all other hosted services, so it stops after them.
/// </summary>
internal sealed class LastExport(IServiceProvider services) : IHostedService
{
    private const int LimitInMs = 2000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(LimitInMs), CancellationToken.None),
        Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(LimitInMs), CancellationToken.None),
        Task.Run(() => services.GetService<LoggerProvider>()?.Shutdown(LimitInMs), CancellationToken.None));
}
