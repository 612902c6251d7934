using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>An address that is a URI: unlike the other kinds it has a scheme and may have a path.</summary>
public class UriEndPoint : EndPoint
{
    /// <summary>The address <paramref name="uri"/>.</summary>
    public UriEndPoint(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
    }

    /// <summary>The address.</summary>
    public Uri Uri { get; }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UriEndPoint other && other.Uri == Uri;

    /// <inheritdoc/>
    public override int GetHashCode() => Uri.GetHashCode();

    /// <inheritdoc/>
    public override string? ToString() => Uri.ToString();
}
