using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Tls;

/// <summary>HTTPS, and HTTP/2 over it, wherever an address to listen on says <c>https</c>.</summary>
internal static class TlsExtensions
{
    internal static void AddTls(this IServiceCollection services)
    {
        services.AddOptions<TlsOptions>().BindConfiguration(TlsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TlsOptions>, CertificateCheck>();

        // Not through IOptions: the server is made before they are validated, and a bad one must stop the start with its one line.
        services.AddOptions<KestrelServerOptions>().Configure<IConfiguration>((kestrel, configuration) =>
        {
            var tls = new TlsOptions();
            configuration.GetSection(TlsOptions.Section).Bind(tls);
            kestrel.ConfigureHttpsDefaults(https => https.SslProtocols = tls.AllowTls12 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13);
        });
    }
}
