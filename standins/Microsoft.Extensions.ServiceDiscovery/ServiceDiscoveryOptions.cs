using System.Collections.ObjectModel;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>How services are looked for.</summary>
public sealed class ServiceDiscoveryOptions
{
    /// <summary>True (the default) when an endpoint of any scheme will do; false when only <see cref="AllowedSchemes"/> will.</summary>
    public bool AllowAllSchemes { get; set; } = true;

    /// <summary>How often to look again where no provider tells of changes; 60 s unless set.</summary>
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The schemes that will do; of no effect while <see cref="AllowAllSchemes"/> is true and the query names some.</summary>
    public IList<string> AllowedSchemes { get; set; } = new List<string>();

    /// <summary>
    /// Of the schemes that a query names, those that will do, in the query's order. A query that names none gets
    /// <see cref="AllowedSchemes"/>.
    /// </summary>
    public IReadOnlyList<string> ApplyAllowedSchemes(IReadOnlyList<string> requestedSchemes)
    {
        ArgumentNullException.ThrowIfNull(requestedSchemes);

        if (requestedSchemes.Count == 0)
        {
            return new ReadOnlyCollection<string>(AllowedSchemes);
        }

        return AllowAllSchemes ? requestedSchemes : [.. requestedSchemes.Where(IsListed)];
    }

    internal bool IsAllowed(string scheme) => AllowAllSchemes || IsListed(scheme);

    private bool IsListed(string scheme) => AllowedSchemes.Contains(scheme, StringComparer.OrdinalIgnoreCase);
}
