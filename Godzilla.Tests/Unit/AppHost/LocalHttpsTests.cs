using System.Security.Cryptography.X509Certificates;
using Godzilla.AppHost;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.AppHost;

/// <summary>The certificate of this machine.</summary>
public sealed class LocalHttpsTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"godzilla-https-{Guid.NewGuid():N}");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Fact]
    public void ItIsMadeOnceAndOnlyItsUserCanReadIt()
    {
        var file = LocalHttps.CertificateIn(_folder, _time);
        var made = File.ReadAllText(file);

        _time.Advance(TimeSpan.FromDays(334));
        Assert.Equal(file, LocalHttps.CertificateIn(_folder, _time));

        Assert.Equal(made, File.ReadAllText(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        }

        Assert.Equal([file], Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void ItIsRenewedBeforeItEnds()
    {
        var made = File.ReadAllText(LocalHttps.CertificateIn(_folder, _time));

        _time.Advance(TimeSpan.FromDays(336));

        using var renewed = X509Certificate2.CreateFromPemFile(LocalHttps.CertificateIn(_folder, _time));
        Assert.NotEqual(made, File.ReadAllText(LocalHttps.CertificateIn(_folder, _time)));
        Assert.True(renewed.NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime.AddDays(364));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    public void ABrokenOneIsReplaced(string content)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "localhost.pem"), content);

        using var certificate = X509Certificate2.CreateFromPemFile(LocalHttps.CertificateIn(_folder, _time));

        Assert.True(certificate.HasPrivateKey);
        Assert.True(certificate.MatchesHostname("localhost"));
        Assert.True(certificate.MatchesHostname("127.0.0.1"));
        Assert.True(certificate.MatchesHostname("::1"));
        Assert.False(certificate.MatchesHostname("godzilla.example"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
