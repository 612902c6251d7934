using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.MutualTls;

/// <summary>
/// This service's certificate, and the check of others'. A certificate names its service, not a host: where a replica runs says nothing
/// about what it is. TLS 1.3 only.
/// </summary>
public sealed class ServiceCertificate : IDisposable
{
    private readonly X509Certificate2? _own;
    private readonly X509Certificate2Collection _authorities = [];
    private readonly SslStreamCertificateContext? _context;

    /// <summary>Reads the files.</summary>
    /// <param name="options">Where they are.</param>
    public ServiceCertificate(IOptions<MutualTlsOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);

        if (options.Value.CertificatePath.Length > 0)
        {
            _own = X509Certificate2.CreateFromPemFile(options.Value.CertificatePath);
            _authorities.ImportFromPemFile(options.Value.AuthorityPath);
            _context = SslStreamCertificateContext.Create(_own, additionalCertificates: null, offline: true);
        }
    }

    /// <summary>Whether services speak TLS to each other.</summary>
    public bool IsUsed => _own is not null;

    internal X509Certificate2? Own => _own;

    /// <summary>How to connect to another service. Without certificates it says nothing, and plain HTTP needs nothing.</summary>
    /// <param name="callee">The name that its certificate must have.</param>
    /// <returns>Options for one client.</returns>
    public SslClientAuthenticationOptions ClientOptions(string callee) => IsUsed
        ? new SslClientAuthenticationOptions
        {
            ClientCertificateContext = _context,
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = Policy(),

            // The name that was asked for is a host's.
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
                && certificate is X509Certificate2 remote
                && remote.MatchesHostname(callee),
        }
        : new SslClientAuthenticationOptions();

    /// <summary>Whether a certificate was signed for one of these services, and is in force.</summary>
    internal bool IsOfOneOf(IEnumerable<string> services, X509Certificate2 certificate)
    {
        using var chain = new X509Chain { ChainPolicy = Policy() };
        return chain.Build(certificate) && services.Any(service => certificate.MatchesHostname(service));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _own?.Dispose();
        foreach (var authority in _authorities)
        {
            authority.Dispose();
        }
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }
}
