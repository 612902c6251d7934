using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Godzilla.AppHost;

/// <summary>HTTPS on this machine: an endpoint, and a certificate for it that is made once. Where the application is published, HTTPS is that place's matter.</summary>
internal static class LocalHttps
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;
    private static readonly TimeSpan ValidFor = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>Adds the endpoint <c>https</c>, if the application runs here.</summary>
    internal static IResourceBuilder<ProjectResource> WithLocalHttps(this IResourceBuilder<ProjectResource> project, int port)
    {
        var builder = project.ApplicationBuilder;
        return builder.ExecutionContext.IsRunMode
            ? project.WithHttpsEndpoint(port: port).WithEnvironment(context =>
            {
                var folder = Path.Combine(
                    Path.GetFullPath(builder.Configuration["Aspire:Store:Path"] is { Length: > 0 } store ? store : ".data", builder.AppHostDirectory), "https");
                var file = CertificateIn(folder, TimeProvider.System);
                context.EnvironmentVariables["Kestrel__Certificates__Default__Path"] = file;
                context.EnvironmentVariables["Kestrel__Certificates__Default__KeyPath"] = file;
            })
            : project;
    }

    /// <returns>The path of a PEM file with the certificate and its key, which only this user can read.</returns>
    internal static string CertificateIn(string folder, TimeProvider time)
    {
        var file = Path.Combine(folder, "localhost.pem");
        if (!IsCurrent(file, time.GetUtcNow()))
        {
            Write(folder, file, Create(time.GetUtcNow()));
        }

        return file;
    }

    private static bool IsCurrent(string file, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(file);
            return certificate.NotAfter.ToUniversalTime() - now.UtcDateTime > RenewBefore;
        }
        catch (Exception exception) when (exception is IOException or CryptographicException)
        {
            return false; // There is none yet, or it is broken.
        }
    }

    private static string Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost, O=Godzilla on this machine", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // For servers.
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + ValidFor);
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    private static void Write(string folder, string file, string pem)
    {
        var temporary = $"{file}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnlyFolder);
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(pem);
        }

        // At once: whoever reads it meanwhile has the old one or the new one, whole.
        File.Move(temporary, file, overwrite: true);
    }
}
