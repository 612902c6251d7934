using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Godzilla.AppHost;

/// <summary>HTTPS on this machine: an endpoint, and a certificate for it that is made once. Where the application is published, HTTPS is that place's matter.</summary>
internal static class LocalHttps
{
    private static readonly TimeSpan ValidFor = TimeSpan.FromDays(365);

    /// <summary>Adds the endpoint <c>https</c>, if the application runs here.</summary>
    internal static IResourceBuilder<ProjectResource> WithLocalHttps(this IResourceBuilder<ProjectResource> project, int port)
    {
        var builder = project.ApplicationBuilder;
        return builder.ExecutionContext.IsRunMode
            ? project.WithHttpsEndpoint(port: port).WithEnvironment(context =>
            {
                var file = CertificateIn(CertificateFile.Folder(builder, "https"), TimeProvider.System);
                context.EnvironmentVariables["Kestrel__Certificates__Default__Path"] = file;
                context.EnvironmentVariables["Kestrel__Certificates__Default__KeyPath"] = file;
            })
            : project;
    }

    /// <returns>The path of a PEM file with the certificate and its key.</returns>
    internal static string CertificateIn(string folder, TimeProvider time) => CertificateFile.Ensure(Path.Combine(folder, "localhost.pem"), time, Create);

    private static string Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        var request = CertificateFile.RequestFor("CN=localhost, O=Godzilla on this machine", key, names, CertificateFile.ServerAuthentication);
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + ValidFor);
        return CertificateFile.Pem(certificate, key);
    }
}
