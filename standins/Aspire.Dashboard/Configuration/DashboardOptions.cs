using System.Security.Cryptography;

namespace Aspire.Dashboard.Configuration;

/// <summary>What the dashboard is configured with. Names and defaults are Aspire's.</summary>
internal sealed class DashboardOptions
{
    public const string Section = "Dashboard";

    public FrontendOptions Frontend { get; set; } = new();

    public OtlpOptions Otlp { get; set; } = new();

    public ResourceServiceClientOptions ResourceServiceClient { get; set; } = new();

    public TelemetryLimitOptions TelemetryLimits { get; set; } = new();

    /// <summary>Reads and checks the configuration.</summary>
    /// <returns>The options, or null and in <paramref name="error"/> what is wrong.</returns>
    public static DashboardOptions? TryRead(IConfiguration configuration, out string? error)
    {
        DashboardOptions options;
        try
        {
            options = configuration.GetSection(Section).Get<DashboardOptions>() ?? new DashboardOptions();
            var allowsAnonymous = configuration.GetValue("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", false);
            options.Frontend.AuthMode ??= allowsAnonymous ? FrontendAuthMode.Unsecured : FrontendAuthMode.BrowserToken;
            options.Otlp.AuthMode ??= allowsAnonymous || options.Otlp.PrimaryApiKey is null ? OtlpAuthMode.Unsecured : OtlpAuthMode.ApiKey;
        }
        catch (InvalidOperationException exception)
        {
            error = exception.InnerException?.Message ?? exception.Message;
            return null;
        }

        options.Frontend.EndpointUrls ??= configuration["ASPNETCORE_URLS"] ?? "http://localhost:18888";
        options.Otlp.GrpcEndpointUrl ??= configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? "http://localhost:18889";
        options.Otlp.HttpEndpointUrl ??= configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] ?? "http://localhost:18890";
        options.ResourceServiceClient.Url ??= configuration["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"];
        if (options.Frontend.AuthMode == FrontendAuthMode.BrowserToken && string.IsNullOrEmpty(options.Frontend.BrowserToken))
        {
            options.Frontend.BrowserToken = RandomNumberGenerator.GetHexString(32, lowercase: true);
            options.Frontend.IsTokenGenerated = true;
        }

        error = options.FindError();
        return error is null ? options : null;
    }

    private string? FindError()
    {
        foreach (var (url, name) in new[]
                 {
                     (Frontend.EndpointUrls, "ASPNETCORE_URLS"),
                     (Otlp.GrpcEndpointUrl, "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"),
                     (Otlp.HttpEndpointUrl, "ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"),
                 })
        {
            foreach (var one in url!.Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!TryParse(one, out var address) || address!.Scheme != "http")
                {
                    return $"{name} is '{one}', which is not an http URL to listen on";
                }
            }
        }

        if (Otlp.AuthMode == OtlpAuthMode.ApiKey && string.IsNullOrEmpty(Otlp.PrimaryApiKey))
        {
            return "Dashboard:Otlp:AuthMode is ApiKey, and Dashboard:Otlp:PrimaryApiKey is missing";
        }

        if (ResourceServiceClient is { Url: { Length: > 0 } service } client)
        {
            if (!Uri.TryCreate(service, UriKind.Absolute, out _))
            {
                return $"ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL is '{service}', which is not a URL";
            }

            if (client.AuthMode == ResourceClientAuthMode.ApiKey && string.IsNullOrEmpty(client.ApiKey))
            {
                return "Dashboard:ResourceServiceClient:AuthMode is ApiKey, and Dashboard:ResourceServiceClient:ApiKey is missing";
            }
        }

        return TelemetryLimits.FindError();
    }

    private static bool TryParse(string url, out BindingAddress? address)
    {
        try
        {
            address = BindingAddress.Parse(url);
            return true;
        }
        catch (FormatException)
        {
            address = null;
            return false;
        }
    }
}

internal enum FrontendAuthMode
{
    Unsecured,
    BrowserToken,
}

internal enum OtlpAuthMode
{
    Unsecured,
    ApiKey,
}

internal enum ResourceClientAuthMode
{
    Unsecured,
    ApiKey,
}

internal sealed class FrontendOptions
{
    public string? EndpointUrls { get; set; }

    public FrontendAuthMode? AuthMode { get; set; }

    public string? BrowserToken { get; set; }

    public bool IsTokenGenerated { get; set; }
}

internal sealed class OtlpOptions
{
    public string? GrpcEndpointUrl { get; set; }

    public string? HttpEndpointUrl { get; set; }

    public OtlpAuthMode? AuthMode { get; set; }

    public string? PrimaryApiKey { get; set; }

    /// <summary>Accepted too, while the key is changed.</summary>
    public string? SecondaryApiKey { get; set; }
}

internal sealed class ResourceServiceClientOptions
{
    public string? Url { get; set; }

    public ResourceClientAuthMode AuthMode { get; set; }

    public string? ApiKey { get; set; }
}

/// <summary>What is kept of telemetry; the oldest goes first.</summary>
internal sealed class TelemetryLimitOptions
{
    public int MaxLogCount { get; set; } = 10_000;

    public int MaxTraceCount { get; set; } = 10_000;

    /// <summary>Points of each service's metrics, over all its instruments.</summary>
    public int MaxMetricsCount { get; set; } = 50_000;

    public int MaxAttributeCount { get; set; } = 128;

    public int MaxAttributeLength { get; set; } = 8 * 1024;

    public string? FindError() =>
        new[]
        {
            (MaxLogCount, nameof(MaxLogCount)), (MaxTraceCount, nameof(MaxTraceCount)), (MaxMetricsCount, nameof(MaxMetricsCount)),
            (MaxAttributeCount, nameof(MaxAttributeCount)), (MaxAttributeLength, nameof(MaxAttributeLength)),
        }.Where(limit => limit.Item1 < 1).Select(limit => $"Dashboard:TelemetryLimits:{limit.Item2} is {limit.Item1}; it must be 1 or more").FirstOrDefault();
}
