using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Gives every endpoint its ports. A single process listens on the endpoint's own port. Replicas, and a process whose target port differs
/// from the endpoint's, listen on ports of their own behind a <see cref="TcpProxy"/>.
/// </summary>
internal sealed class Endpoints(bool randomizePorts) : IAsyncDisposable
{
    private readonly Dictionary<EndpointAnnotation, int[]> _targetPorts = [];
    private readonly List<(IResource Resource, EndpointAnnotation Endpoint)> _proxied = [];
    private readonly List<TcpProxy> _proxies = [];
    private readonly List<int> _given = [];
    private readonly List<string> _taken = [];

    public void Allocate(IResource resource, int replicas)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (resource.HasAnnotationOfType<Http2ServiceAnnotation>() && endpoint.UriScheme is "http" or "https")
            {
                endpoint.Transport = "http2";
            }

            // A container's target port is one inside of it; as a plain process it listens on the endpoint's port.
            var target = resource is ContainerResource ? null : endpoint.TargetPort;
            var isProxied = replicas > 1 || (!randomizePorts && target is not null && endpoint.Port is not null && target != endpoint.Port);
            var port = randomizePorts && endpoint.IsProxied ? null : NotZero(endpoint.Port) ?? (isProxied ? null : NotZero(target));
            var isFixed = port is not null;
            port ??= Next();
            if (isFixed && !Ports.IsFree(port.Value))
            {
                var owner = Ports.OwnerOf(port.Value);
                _taken.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{resource.Name}: port {port} (endpoint '{endpoint.Name}') is taken{(owner is null ? "" : $" by {owner}")}"));
            }

            _targetPorts[endpoint] = !isProxied ? [port.Value] : replicas == 1 ? [target!.Value] : [.. Enumerable.Range(0, replicas).Select(_ => Next())];
            if (isProxied)
            {
                _proxied.Add((resource, endpoint));
            }

            var targetPort = replicas > 1
                ? InstanceTokens.TargetPort(resource.Name, endpoint.Name)
                : _targetPorts[endpoint][0].ToString(CultureInfo.InvariantCulture);
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, port.Value, targetPort);
        }
    }

    /// <summary>The port that a replica listens on.</summary>
    public int TargetPort(EndpointAnnotation endpoint, int replica) => _targetPorts[endpoint][replica];

    /// <summary>Listens where replicas are to be reached.</summary>
    /// <param name="replicasFor">Gets the replicas of a resource that may get a connection; called for each connection.</param>
    /// <exception cref="DistributedApplicationException">Ports are taken; it names all of them.</exception>
    public void Listen(Func<IResource, IReadOnlyList<int>> replicasFor)
    {
        if (_taken.Count > 0)
        {
            throw new DistributedApplicationException(string.Join("; ", _taken));
        }

        foreach (var (resource, endpoint) in _proxied)
        {
            var proxy = new TcpProxy(() => [.. replicasFor(resource).Select(replica => TargetPort(endpoint, replica))]);
            _proxies.Add(proxy);
            proxy.Listen(endpoint.AllocatedEndpoint!.Port);
        }
    }

    /// <summary>Puts a replica's own values in the place of their tokens.</summary>
    public string Fill(string value, IResource resource, string instanceId, int replica)
    {
        if (!value.Contains("{{", StringComparison.Ordinal))
        {
            return value;
        }

        value = value.Replace(InstanceTokens.Suffix, InstancesAnnotation.SuffixOf(instanceId), StringComparison.Ordinal);
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            value = value.Replace(
                InstanceTokens.TargetPort(resource.Name, endpoint.Name),
                TargetPort(endpoint, replica).ToString(CultureInfo.InvariantCulture),
                StringComparison.Ordinal);
        }

        return value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        _given.ForEach(Ports.Release);
    }

    private static int? NotZero(int? port) => port is 0 ? null : port;

    private int Next()
    {
        var port = Ports.Next();
        _given.Add(port);
        return port;
    }
}
