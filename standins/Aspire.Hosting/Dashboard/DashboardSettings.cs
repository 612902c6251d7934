using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the dashboard listens, and what opens it. Configuration and defaults are Aspire's.</summary>
/// <remarks>Without <c>ASPNETCORE_URLS</c>, which a launch profile's <c>applicationUrl</c> sets, there is no dashboard.</remarks>
internal sealed class DashboardSettings
{
    private const int KeyLength = 16;

    public DashboardSettings(DistributedApplicationOptions options, DistributedApplicationExecutionContext executionContext, IConfiguration configuration, string? program)
    {
        Program = program;
        FrontendUrl = configuration["ASPNETCORE_URLS"]?.Split(';')[0];
        IsWanted = executionContext.IsRunMode && !options.DisableDashboard && !string.IsNullOrWhiteSpace(FrontendUrl) && program is not null;
        OtlpGrpcUrl = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"];
        OtlpHttpUrl = configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"];
        ResourceServiceUrl = configuration["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] is { Length: > 0 } service ? service : "http://localhost:0";
        AllowsAnonymous = configuration.GetValue("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", false);
        BrowserToken = configuration["AppHost:BrowserToken"] ?? configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] ?? NewKey();
        OtlpApiKey = configuration["AppHost:OtlpApiKey"] ?? NewKey();
        ResourceServiceApiKey = configuration["AppHost:ResourceService:ApiKey"] ?? NewKey();
        RandomizePorts = configuration.GetValue("DcpPublisher:RandomizePorts", false);
        if (IsWanted && string.IsNullOrWhiteSpace(OtlpGrpcUrl) && string.IsNullOrWhiteSpace(OtlpHttpUrl))
        {
            OtlpGrpcUrl = "http://localhost:18889";
        }
    }

    /// <summary>The dashboard's assembly, as the app host's build noted it.</summary>
    public string? Program { get; }

    public bool IsWanted { get; }

    /// <summary>Whether it is started in this run, and resources export to it.</summary>
    public bool IsUsed { get; set; }

    public string? FrontendUrl { get; set; }

    public string? OtlpGrpcUrl { get; set; }

    public string? OtlpHttpUrl { get; set; }

    public string ResourceServiceUrl { get; set; }

    public bool AllowsAnonymous { get; }

    public string BrowserToken { get; }

    public string OtlpApiKey { get; }

    public string ResourceServiceApiKey { get; }

    public bool RandomizePorts { get; }

    /// <summary>What a person opens.</summary>
    public string LoginUrl => AllowsAnonymous ? FrontendUrl!.TrimEnd('/') : $"{FrontendUrl!.TrimEnd('/')}/login?t={BrowserToken}";

    /// <summary>The settings of the app host that <paramref name="builder"/> builds, also behind a builder that wraps another.</summary>
    public static DashboardSettings Of(IDistributedApplicationBuilder builder) =>
        (DashboardSettings)builder.Services.Last(d => d.ServiceType == typeof(DashboardSettings)).ImplementationInstance!;

    /// <summary>The port of a URL to listen on.</summary>
    /// <exception cref="DistributedApplicationException">It is no such URL.</exception>
    public static int PortOf(string url, string setting)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme == "http"
                ? address.Port
                : throw new DistributedApplicationException($"{setting} is '{url}', and the dashboard of this build speaks http only");
        }
        catch (FormatException exception)
        {
            throw new DistributedApplicationException($"{setting} is '{url}', which is not a URL to listen on", exception);
        }
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(KeyLength * 2, lowercase: true);
}
