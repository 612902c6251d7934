using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>
/// What is asked for: <c>name</c>, <c>scheme://name</c>, <c>https+http://name</c> or <c>scheme://_endpoint.name</c>.
/// </summary>
public sealed class ServiceEndpointQuery
{
    private readonly string _text;

    private ServiceEndpointQuery(string text, string[] schemes, string serviceName, string? endpointName)
    {
        _text = text;
        IncludedSchemes = schemes;
        ServiceName = serviceName;
        EndpointName = endpointName;
    }

    /// <summary>The schemes in order of preference; none when the query names none.</summary>
    public IReadOnlyList<string> IncludedSchemes { get; }

    /// <summary>The name of the one endpoint of the service that is meant, or null.</summary>
    public string? EndpointName { get; }

    /// <summary>The service's name.</summary>
    public string ServiceName { get; }

    /// <summary>Reads a query; false when <paramref name="input"/> is not of the form of a URI or of a URI's authority.</summary>
    public static bool TryParse(string input, [NotNullWhen(true)] out ServiceEndpointQuery? query)
    {
        ArgumentException.ThrowIfNullOrEmpty(input);

        query = null;
        var schemeless = !input.Contains("://", StringComparison.Ordinal);
        if (schemeless && Uri.TryCreate("x-endpoint://" + input, UriKind.Absolute, out var uri))
        {
            query = Read(input, [], uri.Host);
        }
        else if (Uri.TryCreate(input, UriKind.Absolute, out uri))
        {
            query = Read(input, uri.Scheme.Split('+'), uri.Host);
        }

        return query is not null;
    }

    /// <summary>The query as it was written.</summary>
    public override string? ToString() => _text;

    private static ServiceEndpointQuery Read(string text, string[] schemes, string host)
    {
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        var named = dot > 1 && host[0] == '_' && host[^1] != '.';
        return named ? new(text, schemes, host[(dot + 1)..], host[1..dot]) : new(text, schemes, host, endpointName: null);
    }
}
