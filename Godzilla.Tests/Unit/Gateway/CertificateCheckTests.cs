using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Godzilla.AppHost;
using Godzilla.Gateway.Tls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>A certificate that the configuration names is there and fits, or the start says in one line what is wrong.</summary>
public sealed class CertificateCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godzilla-tls-").FullName;
    private readonly string _pem;
    private readonly string _pfx;

    public CertificateCheckTests()
    {
        _pem = LocalHttps.CertificateIn(_folder, TimeProvider.System);
        using var certificate = X509Certificate2.CreateFromPemFile(_pem);
        _pfx = Path.Combine(_folder, "with-password.pfx");
        File.WriteAllBytes(_pfx, certificate.Export(X509ContentType.Pkcs12, "secret"));
        File.WriteAllText(Path.Combine(_folder, "only.crt"), certificate.ExportCertificatePem());
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(_folder, "other.key"), other.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "garbage.pfx"), "garbage");
    }

    [Theory]
    [InlineData("missing.pfx", "", "", "Kestrel:Certificates:Default:Path or KeyPath names a file that does not exist: ")]
    [InlineData("only.crt", "missing.key", "", "Kestrel:Certificates:Default:Path or KeyPath names a file that does not exist: ")]
    [InlineData(".", "", "", "Kestrel:Certificates:Default:Path or KeyPath names a file that cannot be read: .")]
    [InlineData("with-password.pfx", "", "wrong", "Kestrel:Certificates:Default:Path, with-password.pfx, is no certificate that ")]
    [InlineData("with-password.pfx", "", "", "Kestrel:Certificates:Default:Path, with-password.pfx, is no certificate that ")]
    [InlineData("garbage.pfx", "", "", "Kestrel:Certificates:Default:Path, garbage.pfx, is no certificate that ")]
    [InlineData("only.crt", "garbage.pfx", "", "Kestrel:Certificates:Default:Path, only.crt, is no certificate that ")]
    [InlineData("only.crt", "other.key", "", "Kestrel:Certificates:Default:Path, only.crt, is no certificate that ")]
    [InlineData("only.crt", "", "", "Kestrel:Certificates:Default:Path, only.crt, has no private key; ")]
    public void WhatDoesNotFitIsOneLine(string path, string keyPath, string password, string expected)
    {
        var failure = Assert.Single(Check(Named("Kestrel:Certificates:Default", path, keyPath, password)));

        Assert.StartsWith(expected, failure, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure);
    }

    [Theory]
    [InlineData("localhost.pem", "localhost.pem", "")]
    [InlineData("with-password.pfx", "", "secret")]
    public void WhatFitsPasses(string path, string keyPath, string password) =>
        Assert.Empty(Check([("urls", "https://127.0.0.1:0"), .. Named("Kestrel:Certificates:Default", path, keyPath, password)]));

    [Theory]
    [InlineData("Kestrel:Endpoints:https:Certificate")]
    [InlineData("Kestrel:Endpoints:https:Sni:godzilla.example:Certificate")]
    public void EachEndpointsOwnIsOpenedToo(string section) =>
        Assert.Contains(section, Assert.Single(Check(Named(section, "missing.pfx", "", ""))), StringComparison.Ordinal);

    [Theory]
    [InlineData("urls", "http://127.0.0.1:0;https://127.0.0.1:0", "Production", 1)]
    [InlineData("https_ports", "8443", "Production", 1)]
    [InlineData("Kestrel:Endpoints:web:Url", "https://*:8443", "Production", 1)]
    [InlineData("urls", "https://127.0.0.1:0", "Development", 0)]
    [InlineData("urls", "http://127.0.0.1:0", "Production", 0)]
    public void HttpsNeedsOne(string key, string value, string environment, int expected) =>
        Assert.Equal(expected, Check([(key, value)], environment).Count);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (string Key, string Value)[] Named(string section, string path, string keyPath, string password) =>
    [
        ($"{section}:Path", path),
        .. keyPath.Length > 0 ? [($"{section}:KeyPath", keyPath)] : Array.Empty<(string, string)>(),
        .. password.Length > 0 ? [($"{section}:Password", password)] : Array.Empty<(string, string)>(),
    ];

    private List<string> Check((string Key, string Value)[] settings, string environment = "Production")
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value, StringComparer.Ordinal))
            .Build();
        var check = new CertificateCheck(configuration, new HostingEnvironment { ContentRootPath = _folder, EnvironmentName = environment });
        return [.. check.Validate(name: null, new TlsOptions()).Failures ?? []];
    }
}
