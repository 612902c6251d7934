namespace Aspire.Dashboard.Telemetry;

internal static class TelemetryExtensions
{
    public static void AddTelemetryStores(this IServiceCollection services)
    {
        services.AddSingleton<ResourceRegistry>();
        services.AddSingleton<LogStore>();
        services.AddSingleton<TraceStore>();
        services.AddSingleton<MetricStore>();
    }
}
