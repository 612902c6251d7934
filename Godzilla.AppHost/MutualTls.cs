using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace Godzilla.AppHost;

/// <summary>
/// TLS 1.3 between the services, where both sides show a certificate, by the setting <c>MutualTls</c>. The certificates are made here, once,
/// by an authority of this machine; each names its service. Where the application is published, certificates are that place's matter, and
/// the services take them from the same variables.
/// </summary>
internal static class MutualTls
{
    private const string Setting = "MutualTls";
    private static readonly TimeSpan AuthorityValidFor = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServiceValidFor = TimeSpan.FromDays(365);
    private static readonly Lock OneAtATime = new();

    /// <summary>Lets one service call another over TLS only, if the setting says so.</summary>
    internal static void UseMutualTls(IResourceBuilder<ProjectResource> caller, IResourceBuilder<ProjectResource> callee)
    {
        var builder = caller.ApplicationBuilder;
        if (!builder.Configuration.GetValue<bool>(Setting))
        {
            return;
        }

        if (!builder.ExecutionContext.IsRunMode)
        {
            throw new InvalidOperationException($"{Setting} makes certificates for this machine. Where the application is published, set MutualTls:CertificatePath and MutualTls:AuthorityPath of each service.");
        }

        // What speaks HTTP/2 is for services alone. Elsewhere plain HTTP stays beside TLS, for the checks of health, which nobody signs.
        var endpoints = callee.Resource.Annotations.OfType<EndpointAnnotation>().ToList();
        if (endpoints.Find(endpoint => endpoint.Transport == "http2") is { } http2)
        {
            http2.UriScheme = Uri.UriSchemeHttps;
        }
        else if (!endpoints.Exists(endpoint => endpoint.UriScheme == Uri.UriSchemeHttps))
        {
            callee.WithHttpsEndpoint();
        }

        WithCertificate(caller);
        WithCertificate(callee);
    }

    private static void WithCertificate(IResourceBuilder<ProjectResource> service)
    {
        var folder = CertificateFile.Folder(service.ApplicationBuilder, "mutual-tls");
        service.WithEnvironment(context =>
        {
            var (certificate, authority) = CertificateOf(service.Resource.Name, folder, TimeProvider.System);
            context.EnvironmentVariables["MutualTls__CertificatePath"] = certificate;
            context.EnvironmentVariables["MutualTls__AuthorityPath"] = authority;
        });
    }

    /// <returns>The paths of a PEM file with the service's certificate and key, and of one with the authority's certificate, without its key.</returns>
    internal static (string Certificate, string Authority) CertificateOf(string service, string folder, TimeProvider time)
    {
        lock (OneAtATime)
        {
            using var authority = X509Certificate2.CreateFromPemFile(CertificateFile.Ensure(Path.Combine(folder, "authority-key.pem"), time, CreateAuthority));
            var published = Path.Combine(folder, "authority.pem");
            var pem = authority.ExportCertificatePem();
            if (!File.Exists(published) || File.ReadAllText(published) != pem)
            {
                CertificateFile.Write(published, pem);
            }

            var file = CertificateFile.Ensure(
                Path.Combine(folder, $"{service}.pem"), time, now => Create(service, authority, now), certificate => IsFrom(authority, certificate));
            return (file, published);
        }
    }

    private static bool IsFrom(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(certificate);
    }

    private static string CreateAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Services of Godzilla on this machine", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + AuthorityValidFor);
        return CertificateFile.Pem(certificate, key);
    }

    private static string Create(string service, X509Certificate2 authority, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(service);
        var request = CertificateFile.RequestFor($"CN={service}", key, names, CertificateFile.ServerAuthentication, CertificateFile.ClientAuthentication);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var certificate = request.Create(authority, now - TimeSpan.FromMinutes(30), now + ServiceValidFor, RandomNumberGenerator.GetBytes(16));
        return CertificateFile.Pem(certificate, key);
    }
}
