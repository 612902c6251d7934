using System.Security.Cryptography.X509Certificates;
using Godzilla.AppHost;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.AppHost;

/// <summary>The certificates with which services call each other on this machine.</summary>
public sealed class MutualTlsCertificateTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"godzilla-tls-{Guid.NewGuid():N}");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Fact]
    public void EachServiceHasOneOfOneAuthorityWhoseKeyNoServiceGets()
    {
        var (chat, authority) = MutualTls.CertificateOf("chat", _folder, _time);
        var (accounts, _) = MutualTls.CertificateOf("accounts", _folder, _time);

        Assert.DoesNotContain("PRIVATE", File.ReadAllText(authority), StringComparison.Ordinal);
        using var root = X509CertificateLoader.LoadCertificateFromFile(authority);
        foreach (var (file, name) in new[] { (chat, "chat"), (accounts, "accounts") })
        {
            using var certificate = X509Certificate2.CreateFromPemFile(file);
            Assert.True(certificate.HasPrivateKey);
            Assert.True(certificate.MatchesHostname(name));
            Assert.Equal(root.Subject, certificate.Issuer);
        }

        foreach (var file in Directory.EnumerateFiles(_folder).Where(_ => !OperatingSystem.IsWindows()))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);
        }
    }

    [Fact]
    public void TheyAreKeptUntilShortlyBeforeTheyEnd()
    {
        var (file, authority) = MutualTls.CertificateOf("chat", _folder, _time);
        var (made, root) = (File.ReadAllText(file), File.ReadAllText(authority));

        _time.Advance(TimeSpan.FromDays(334));
        MutualTls.CertificateOf("chat", _folder, _time);
        Assert.Equal(made, File.ReadAllText(file));

        _time.Advance(TimeSpan.FromDays(2));
        MutualTls.CertificateOf("chat", _folder, _time);
        Assert.NotEqual(made, File.ReadAllText(file));
        Assert.Equal(root, File.ReadAllText(authority));
    }

    [Fact]
    public void ANewAuthorityMakesAllAnew()
    {
        var (file, authority) = MutualTls.CertificateOf("chat", _folder, _time);
        var (made, root) = (File.ReadAllText(file), File.ReadAllText(authority));

        File.Delete(Path.Combine(_folder, "authority-key.pem"));
        MutualTls.CertificateOf("chat", _folder, _time);

        Assert.NotEqual(made, File.ReadAllText(file));
        Assert.NotEqual(root, File.ReadAllText(authority));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
