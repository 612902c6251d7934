using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.ServiceDiscovery.Resolution;

namespace Microsoft.Extensions.ServiceDiscovery.Http;

/// <summary>Sends each request to the next of its service's endpoints.</summary>
internal sealed class ServiceDiscoveryHandler(ServiceLookups lookups, ServiceDiscoveryOptions options) : DelegatingHandler
{
    // Each service has its own turn, so that calls to two services in alternation still go round both. It starts anew with new endpoints.
    private readonly ConditionalWeakTable<ServiceEndpointSource, StrongBox<int>> _turns = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true, Host.Length: > 0 } asked)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var service = asked.GetLeftPart(UriPartial.Authority);
        var source = await lookups.GetAsync(service, cancellationToken);
        var endpoint = Next(source) ?? throw new InvalidOperationException($"There is no endpoint for '{service}'.");

        request.RequestUri = Combine(asked, endpoint.EndPoint);
        request.Headers.Host ??= endpoint.Features.Get<IHostNameFeature>()?.HostName;
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            // A handler outside this one may send the request again, and a service may have moved by then.
            request.RequestUri = asked;
        }
    }

    private ServiceEndpoint? Next(ServiceEndpointSource source)
    {
        if (source.Endpoints.Count == 0)
        {
            return null;
        }

        var turn = (uint)Interlocked.Increment(ref _turns.GetOrCreateValue(source).Value);
        return source.Endpoints[(int)(turn % (uint)source.Endpoints.Count)];
    }

    private Uri Combine(Uri asked, EndPoint endPoint)
    {
        var address = new UriBuilder(asked);
        switch (endPoint)
        {
            case UriEndPoint { Uri: var uri }:
                address.Scheme = uri.Scheme;
                address.Host = uri.Host;
                address.Port = uri.Port > 0 ? uri.Port : address.Port;
                if (uri.AbsolutePath.Length > 1)
                {
                    address.Path = $"{uri.AbsolutePath.TrimEnd('/')}/{asked.AbsolutePath.TrimStart('/')}";
                }

                return address.Uri;

            case IPEndPoint ip:
                (address.Host, address.Port) = (ip.Address.ToString(), ip.Port > 0 ? ip.Port : address.Port);
                break;

            case DnsEndPoint dns:
                (address.Host, address.Port) = (dns.Host, dns.Port > 0 ? dns.Port : address.Port);
                break;

            default:
                throw new InvalidOperationException($"No request can be sent to an endpoint that is a {endPoint.GetType()}.");
        }

        if (asked.Scheme.Contains('+', StringComparison.Ordinal))
        {
            var scheme = asked.Scheme.Split('+')[0];
            address.Scheme = options.IsAllowed(scheme)
                ? scheme
                : throw new InvalidOperationException($"The scheme '{scheme}' is not among the allowed ones.");
        }

        return address.Uri;
    }
}
