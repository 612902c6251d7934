namespace Godzilla.Gateway.Tls;

/// <summary>Which versions of TLS are spoken. Certificates are Kestrel's own settings (<c>Kestrel:Certificates:Default</c>).</summary>
internal sealed class TlsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Tls";

    /// <summary>Whether TLS 1.2 is spoken beside 1.3, for clients from before 2018.</summary>
    public bool AllowTls12 { get; set; }
}
