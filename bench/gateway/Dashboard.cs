using System.Globalization;

namespace Gateway.Bench;

/// <summary>The dashboard that the app host starts, and what it tells services of it.</summary>
internal static class Dashboard
{
    internal static Task<Server> StartAsync(string folder)
    {
        var port = Server.FreePort();
        return Server.StartAsync(
            folder,
            port,
            "nice",
            ["-n", "5", "dotnet", Path.Combine(AppContext.BaseDirectory, "Aspire.Dashboard.dll")],
        [
            ("ASPNETCORE_URLS", Url(Server.FreePort())),
            ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", Url(port)),
            ("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", Url(Server.FreePort())),
            ("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", "true"),
            ("DOTNET_GCgen0size", "1000000"),
        ]);
    }

    /// <summary>The variables of a service that this dashboard watches, as Aspire sets them in development.</summary>
    internal static (string Key, string Value)[] Watched(Server dashboard) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Url(dashboard.Port)),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_SERVICE_NAME", "gateway"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
        ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        ("OTEL_TRACES_SAMPLER", "always_on"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based"),
    ];

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
