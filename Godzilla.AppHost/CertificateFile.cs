using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Godzilla.AppHost;

/// <summary>A PEM file with a certificate and its key, which only this user can read. It is made once, and again when it ends or is broken.</summary>
internal static class CertificateFile
{
    /// <summary>For servers, as extended key usage.</summary>
    internal const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>For clients, as extended key usage.</summary>
    internal const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <param name="file">Its path.</param>
    /// <param name="time">What time it is.</param>
    /// <param name="create">Makes its content.</param>
    /// <param name="isGood">Whether a certificate that has not ended can stay.</param>
    /// <returns><paramref name="file"/>.</returns>
    internal static string Ensure(string file, TimeProvider time, Func<DateTimeOffset, string> create, Func<X509Certificate2, bool>? isGood = null)
    {
        if (!IsCurrent(file, time.GetUtcNow(), isGood))
        {
            Write(file, create(time.GetUtcNow()));
        }

        return file;
    }

    /// <summary>The folder of a kind of certificates, where the application keeps its data.</summary>
    internal static string Folder(IDistributedApplicationBuilder builder, string kind) => Path.Combine(
        Path.GetFullPath(builder.Configuration["Aspire:Store:Path"] is { Length: > 0 } store ? store : ".data", builder.AppHostDirectory), kind);

    /// <summary>What a certificate is asked for with that signs no others.</summary>
    /// <param name="subject">Its name.</param>
    /// <param name="key">Its key.</param>
    /// <param name="names">The hosts or services that it is for.</param>
    /// <param name="uses">Extended key usages.</param>
    internal static CertificateRequest RequestFor(string subject, ECDsa key, SubjectAlternativeNameBuilder names, params string[] uses)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(use => new Oid(use))], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    /// <summary>The content of a file.</summary>
    internal static string Pem(X509Certificate2 certificate, ECDsa key) => $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";

    private static bool IsCurrent(string file, DateTimeOffset now, Func<X509Certificate2, bool>? isGood)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(file);
            return certificate.NotAfter.ToUniversalTime() - now.UtcDateTime > RenewBefore && isGood?.Invoke(certificate) != false;
        }
        catch (Exception exception) when (exception is IOException or CryptographicException)
        {
            return false; // There is none yet, or it is broken.
        }
    }

    /// <summary>Writes a file that only this user can read.</summary>
    internal static void Write(string file, string pem)
    {
        var folder = Path.GetDirectoryName(file)!;
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
