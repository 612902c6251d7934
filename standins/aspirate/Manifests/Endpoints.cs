namespace Aspirate.Manifests;

/// <summary>An endpoint on which a workload listens in the cluster.</summary>
/// <param name="Resource">The workload.</param>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Scheme">The scheme of its URL.</param>
/// <param name="Host">The Service's name: others reach it there.</param>
/// <param name="Port">The port, of the Service and of the container.</param>
/// <param name="External">Whether it is meant for the outside.</param>
internal sealed record Endpoint(string Resource, string Name, string Scheme, string Host, int Port, bool External);

/// <summary>The endpoints of a manifest's workloads, with their ports.</summary>
internal sealed class Endpoints
{
    private const int FirstPort = 8080;

    private readonly Dictionary<(string Resource, string Name), Endpoint> _endpoints = [];

    /// <param name="manifest">The manifest.</param>
    /// <param name="hostOf">The host name under which callers reach a workload.</param>
    public Endpoints(Manifest manifest, Func<string, string> hostOf)
    {
        foreach (var (name, resource) in manifest.Resources)
        {
            var used = new HashSet<int>();
            foreach (var (bindingName, binding) in resource.Bindings)
            {
                // A project has no certificate here: its https is the ingress's matter, and nothing listens for it.
                if (resource.IsProject && binding.Scheme == "https")
                {
                    continue;
                }

                var port = binding.TargetPort ?? binding.Port ?? Enumerable.Range(FirstPort, used.Count + 1).First(p => !used.Contains(p));
                if (!used.Add(port))
                {
                    throw new AspirateException($"two endpoints of '{name}' have the port {port}");
                }

                _endpoints[(name, bindingName)] = new(name, bindingName, binding.Scheme, hostOf(name), port, binding.External);
            }
        }
    }

    public IEnumerable<Endpoint> Of(string resource) => _endpoints.Values.Where(e => e.Resource == resource);

    /// <returns>The endpoint; <see langword="null"/> if nothing listens for it in the cluster.</returns>
    public Endpoint? Find(string resource, string name) => _endpoints.GetValueOrDefault((resource, name));
}
