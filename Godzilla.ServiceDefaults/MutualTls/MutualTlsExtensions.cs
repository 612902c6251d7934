using System.Security.Authentication;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.MutualTls;

/// <summary>TLS between the services in both directions, where <see cref="MutualTlsOptions"/> names certificates.</summary>
internal static class MutualTlsExtensions
{
    /// <summary>Adds <see cref="ServiceCertificate"/>.</summary>
    internal static void AddServiceCertificate(this IServiceCollection services)
    {
        services.AddOptions<MutualTlsOptions>().BindConfiguration(MutualTlsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<ServiceCertificate>();
    }

    /// <summary>Lets only services in that may call this one, on each endpoint that speaks TLS.</summary>
    internal static void AddMutualTls(this IServiceCollection services) =>
        services.AddOptions<KestrelServerOptions>().Configure<ServiceCertificate, IOptions<IdentityOptions>>((kestrel, certificate, identity) =>
        {
            if (certificate.IsUsed)
            {
                var callers = identity.Value.Callers.Keys;
                kestrel.ConfigureHttpsDefaults(https =>
                {
                    https.ServerCertificate = certificate.Own;
                    https.SslProtocols = SslProtocols.Tls13;
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (remote, _, _) => certificate.IsOfOneOf(callers, remote);
                });
            }
        });
}
