using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Tls;

/// <summary>Opens every certificate that the configuration names, as Kestrel does later. Kestrel's exception would be a page of stack trace.</summary>
internal sealed class CertificateCheck(IConfiguration configuration, IHostEnvironment environment) : IValidateOptions<TlsOptions>
{
    private const string Default = "Kestrel:Certificates:Default";

    public ValidateOptionsResult Validate(string? name, TlsOptions options)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        var certificates = endpoints.SelectMany(CertificatesOf).Append(configuration.GetSection(Default)).Where(section => section.GetChildren().Any()).ToList();
        var failures = certificates.Select(FailureOf).OfType<string>().ToList();

        // Development has the certificate of `dotnet dev-certs`.
        if (certificates.Count == 0 && !environment.IsDevelopment() && IsHttps(endpoints))
        {
            failures.Add($"{Default}:Path must name a certificate, because there is an https address to listen on.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<IConfigurationSection> CertificatesOf(IConfigurationSection endpoint) =>
        endpoint.GetSection("Sni").GetChildren().Select(host => host.GetSection("Certificate")).Append(endpoint.GetSection("Certificate"));

    // Where endpoints are configured, Kestrel looks at no other address.
    private bool IsHttps(List<IConfigurationSection> endpoints) => endpoints.Count > 0
        ? endpoints.Exists(endpoint => IsHttps(endpoint["Url"]))
        : IsHttps(configuration[WebHostDefaults.ServerUrlsKey]) || configuration[WebHostDefaults.HttpsPortsKey] is { Length: > 0 };

    private static bool IsHttps(string? urls) => urls?.Contains("https://", StringComparison.OrdinalIgnoreCase) == true;

    private string? FailureOf(IConfigurationSection section)
    {
        if (section["Path"] is not { Length: > 0 } path)
        {
            return null; // In a store of the system.
        }

        try
        {
            using var certificate = Open(FullPath(path), section["KeyPath"] is { Length: > 0 } keyPath ? FullPath(keyPath) : null, section["Password"]);
            return certificate.HasPrivateKey ? null : $"{section.Path}:Path, {path}, has no private key; {section.Path}:KeyPath names its file.";
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{section.Path}:Path or KeyPath names a file that does not exist: {(exception as FileNotFoundException)?.FileName ?? path}.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{section.Path}:Path or KeyPath names a file that cannot be read: {path}.";
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return $"{section.Path}:Path, {path}, is no certificate that {section.Path}:KeyPath and :Password fit.";
        }
    }

    private string FullPath(string path) => Path.Combine(environment.ContentRootPath, path);

    // File.ReadAllBytes first: it tells a missing or closed file from a bad one.
    private static X509Certificate2 Open(string path, string? keyPath, string? password)
    {
        var bytes = File.ReadAllBytes(path);
        if (keyPath is null)
        {
            return X509Certificate2.GetCertContentType(bytes) is X509ContentType.Pkcs12
                ? X509CertificateLoader.LoadPkcs12(bytes, password)
                : X509CertificateLoader.LoadCertificate(bytes);
        }

        var key = File.ReadAllText(keyPath);
        var certificate = File.ReadAllText(path);
        return password is null ? X509Certificate2.CreateFromPem(certificate, key) : X509Certificate2.CreateFromEncryptedPem(certificate, key, password);
    }
}
