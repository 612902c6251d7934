using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>
/// The sampler of <c>OTEL_TRACES_SAMPLER</c>, which the SDK reads only where the code sets none
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
/// </summary>
internal static class ConfiguredSampler
{
    private const string Variable = "OTEL_TRACES_SAMPLER";
    private const string Argument = "OTEL_TRACES_SAMPLER_ARG";

    /// <summary>The sampler; <c>parentbased_always_on</c> where the variable is not set or unknown, and all traces where the ratio is no number from 0 to 1.</summary>
    public static Sampler Of(IConfiguration configuration) => configuration[Variable]?.Trim().ToLowerInvariant() switch
    {
        "always_on" => new AlwaysOnSampler(),
        "always_off" => new AlwaysOffSampler(),
        "traceidratio" => new TraceIdRatioBasedSampler(RatioOf(configuration)),
        "parentbased_always_off" => new ParentBasedSampler(new AlwaysOffSampler()),
        "parentbased_traceidratio" => new ParentBasedSampler(new TraceIdRatioBasedSampler(RatioOf(configuration))),
        _ => new ParentBasedSampler(new AlwaysOnSampler()),
    };

    private static double RatioOf(IConfiguration configuration) =>
        double.TryParse(configuration[Argument], NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1 ? ratio : 1;
}
