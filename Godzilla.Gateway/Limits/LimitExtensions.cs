using Godzilla.Gateway.ClientAddress;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Limits;

internal static class LimitExtensions
{
    // The least that Kestrel can tell apart is a second.
    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    internal static void AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddClientAddress();
        services.AddSingleton<RefusalMetrics>();
        services.AddSingleton<ConnectionLimit>();
        services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>((kestrel, provider) =>
        {
            // The server is made before the options are validated. A bad one stops the start a little later, with its one line.
            try
            {
                Apply(provider.GetRequiredService<IOptions<LimitOptions>>().Value, kestrel.Limits);
                kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(provider.GetRequiredService<ConnectionLimit>().Limit));
            }
            catch (OptionsValidationException)
            {
            }
        });
    }

    /// <summary>It comes after what gives errors their shape.</summary>
    internal static void UseBodyLengths(this IApplicationBuilder app) => app.UseMiddleware<BodyLengths>();

    /// <summary>It comes before what looks at bodies.</summary>
    internal static void UseBodyLimits(this IApplicationBuilder app) => app.UseMiddleware<BodyLimits>();

    private static void Apply(LimitOptions from, KestrelServerLimits to)
    {
        to.MaxRequestLineSize = from.RequestLineSize;
        to.MaxRequestHeadersTotalSize = from.HeadersSize;
        to.MaxRequestHeaderCount = from.HeaderCount;
        to.MaxRequestBodySize = from.BodySize;
        to.RequestHeadersTimeout = from.HeadersTime;
        to.KeepAliveTimeout = from.KeepAliveTime;
        to.MinRequestBodyDataRate = new MinDataRate(from.BodyBytesPerSecond, BodyGrace);
        to.Http2.MaxRequestHeaderFieldSize = from.HeadersSize;
    }
}
