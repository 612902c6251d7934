using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.ClientAddress;

/// <summary>
/// Takes a client's address, and whether it came by HTTPS, from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of trusted proxies. Whoever else
/// sends these headers is the client.
/// </summary>
internal static class ClientAddressExtensions
{
    // ASPNETCORE_FORWARDEDHEADERS_ENABLED, which makes ASP.NET Core believe everybody.
    private const string TrustEverybody = "ForwardedHeaders_Enabled";

    internal static void AddClientAddress(this WebApplicationBuilder builder)
    {
        builder.Configuration[TrustEverybody] = bool.FalseString;
        builder.Services.AddClientAddress();
    }

    internal static void AddClientAddress(this IServiceCollection services) =>
        services.AddOptions<ClientAddressOptions>()
            .BindConfiguration(ClientAddressOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                options => Array.TrueForAll(options.TrustedProxies, proxy => ClientAddressOptions.TryParse(proxy, out _)),
                "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")
            .ValidateOnStart();

    /// <summary>It comes first: what follows sees the client instead of the proxy. Without trusted proxies there is nothing to do for any request.</summary>
    internal static void UseClientAddress(this IApplicationBuilder app) => app.Use(next =>
    {
        var options = app.ApplicationServices.GetRequiredService<IOptions<ClientAddressOptions>>().Value;
        if (options.TrustedProxies.Length == 0)
        {
            return next;
        }

        var headers = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = options.ForwardLimit,

            // Names that the filter of client headers removes.
            OriginalForHeaderName = "X-Forwarded-Original-For",
            OriginalProtoHeaderName = "X-Forwarded-Original-Proto",
        };
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var network in options.GetNetworks())
        {
            headers.KnownIPNetworks.Add(network);
        }

        var loggers = app.ApplicationServices.GetRequiredService<ILoggerFactory>();
        return new ForwardedHeadersMiddleware(next, loggers, Options.Create(headers)).Invoke;
    });
}
