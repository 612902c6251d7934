using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s.Models;

namespace Godzilla.Tests.Deployment.Cluster;

/// <summary>
/// Runs rendered manifests on this machine without a cluster. Pods are processes in network namespaces behind one bridge, which is in a
/// namespace too; a Service's name leads to the addresses of its ready pods, by /etc/hosts. It knows names, ports, variables, secrets,
/// users and probes, and nothing else of Kubernetes.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class PodCluster : IAsyncDisposable
{
    private const string Letters = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789";
    private const string Subnet = "10.77.0";
    private const int HostsFileSize = 4096;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1.5);

    private readonly string _id = Guid.NewGuid().ToString("N")[..6];
    private readonly string _folder = Directory.CreateTempSubdirectory("godzilla-cluster-").FullName;
    private readonly KubernetesObjects _objects;
    private readonly NetworkNamespace _bridge;
    private readonly Dictionary<string, string> _secrets;
    private readonly List<Pod> _pods = [];
    private readonly List<Pod> _started = [];
    private int _lastAddress = 1;
    private int _next;

    private PodCluster(KubernetesObjects objects, NetworkNamespace bridge, Dictionary<string, string> secrets) => (_objects, _bridge, _secrets) = (objects, bridge, secrets);

    public IReadOnlyList<Pod> Pods
    {
        get
        {
            lock (_pods)
            {
                return [.. _pods];
            }
        }
    }

    private string HostsFile => Path.Combine(_folder, "hosts");

    /// <summary>Starts a bridge, and makes the Secrets.</summary>
    public static async Task<PodCluster> CreateAsync(Rendered rendered)
    {
        var required = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(rendered.Folder, "required-secrets.json")))!.AsArray();
        var secrets = required.ToDictionary(s => (string)s!["name"]!, s => RandomNumberGenerator.GetString(Letters, (int)s!["generate"]!["minLength"]!));
        var bridge = await NetworkNamespace.CreateAsync($"gz-{Guid.NewGuid().ToString("N")[..6]}");

        // A bridge without an address of its own takes the lowest of its ports', so a new pod could change it, and what others send to the old one is lost for a minute.
        await NetworkNamespace.IpAsync("-n", bridge.Name, "link", "add", "br0", "address", "02:00:00:00:00:01", "type", "bridge");
        await NetworkNamespace.IpAsync("-n", bridge.Name, "address", "add", $"{Subnet}.1/24", "dev", "br0");
        await NetworkNamespace.IpAsync("-n", bridge.Name, "link", "set", "br0", "up");
        var cluster = new PodCluster(rendered.Objects, bridge, secrets);
        await File.WriteAllTextAsync(cluster.HostsFile, new string('\n', HostsFileSize));
        return cluster;
    }

    /// <summary>Starts all pods at once, as a cluster does, and waits until their readiness probes are answered.</summary>
    public async Task DeployAsync()
    {
        var pods = new List<Pod>();
        foreach (var (name, template) in _objects.Pods.Where(p => p.Name != "seed"))
        {
            for (var i = 0; i < ReplicasOf(name); i++)
            {
                pods.Add(await StartAsync(name, template.Spec, $"{name}-{i}"));
            }
        }

        await Task.WhenAll(pods.Select(BecomeReadyAsync));
    }

    /// <summary>Restarts a Deployment: for each pod a new one first, which is ready before the old one leaves its Services.</summary>
    /// <returns>The exit codes of the old pods.</returns>
    public async Task<IReadOnlyList<int?>> RestartAsync(string deployment)
    {
        var endings = new List<Task<int?>>();
        foreach (var old in Pods.Where(p => p.Workload == deployment).ToList())
        {
            var replacement = await StartAsync(deployment, _objects.The<V1Deployment>(deployment).Spec.Template.Spec, $"{deployment}-{Guid.NewGuid():N}");
            await BecomeReadyAsync(replacement);
            old.IsReady = false;
            WriteHosts();
            endings.Add(EndAsync(old));
        }

        return await Task.WhenAll(endings);
    }

    /// <summary>A client of a Service, whose connections go to its ready pods in turn.</summary>
    public HttpClient CreateClient(string service)
    {
        var port = _objects.The<V1Service>(service).Spec.Ports.Single(p => p.Name == "http");
        return new(_bridge.CreateHandler(_ =>
        {
            var ready = PodsOf(_objects.The<V1Service>(service));
            return new IPEndPoint(ready[Interlocked.Increment(ref _next) % ready.Count].Address, port.Port);
        }))
        {
            BaseAddress = new Uri($"http://{service}:{port.Port}"),
        };
    }

    /// <summary>What all pods wrote, of now and before, that has this text in it.</summary>
    public string LinesWith(string text)
    {
        lock (_pods)
        {
            return string.Join('\n', _started.SelectMany(pod => pod.LinesWith(text).Select(line => $"{pod.Workload} at {pod.Address}: {line}")));
        }
    }

    /// <summary>The connections of all pods.</summary>
    public async Task<string> SocketsAsync() => string.Join('\n', await Task.WhenAll(Pods.Select(pod => pod.SocketsAsync())));

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _started)
        {
            await pod.DisposeAsync();
        }

        await _bridge.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private int ReplicasOf(string name) =>
        _objects.Of<V2HorizontalPodAutoscaler>().SingleOrDefault(h => h.Spec.ScaleTargetRef.Name == name)?.Spec.MinReplicas
        ?? _objects.Of<V1Deployment>().SingleOrDefault(d => d.Metadata.Name == name)?.Spec.Replicas
        ?? _objects.The<V1StatefulSet>(name).Spec.Replicas!.Value;

    private async Task<Pod> StartAsync(string workload, V1PodSpec spec, string data)
    {
        var number = Interlocked.Increment(ref _lastAddress);
        var (address, link) = (IPAddress.Parse($"{Subnet}.{number}"), $"p{number}");
        var network = await NetworkNamespace.CreateAsync($"gz-{_id}-{number}");
        await NetworkNamespace.IpAsync("-n", _bridge.Name, "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", network.Name);
        await NetworkNamespace.IpAsync("-n", _bridge.Name, "link", "set", link, "master", "br0", "up");
        await NetworkNamespace.IpAsync("-n", network.Name, "address", "add", $"{address}/24", "dev", "eth0");
        await NetworkNamespace.IpAsync("-n", network.Name, "link", "set", "eth0", "up");
        var pod = await Pod.StartAsync(workload, spec, EnvironmentOf(workload, spec.Containers.Single()), network, address, HostsFile, Path.Combine(_folder, data));
        lock (_pods)
        {
            _pods.Add(pod);
            _started.Add(pod);
        }

        return pod;
    }

    private async Task BecomeReadyAsync(Pod pod)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!await pod.IsUpAsync())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"A pod of {pod.Workload} is not ready after {StartLimit.TotalSeconds} s:\n{pod.Log}", exception);
            }
        }

        pod.IsReady = true;
        WriteHosts();
    }

    private async Task<int?> EndAsync(Pod pod)
    {
        var exitCode = await pod.EndAsync();
        lock (_pods)
        {
            _pods.Remove(pod);
        }

        // Its network stays until the end, so that who still sends to it is told at once that nobody is there.
        return exitCode;
    }

    private Dictionary<string, string> EnvironmentOf(string workload, V1Container container)
    {
        var environment = container.EnvFrom is null ? [] : _objects.ConfigOf(workload);
        foreach (var variable in container.Env ?? [])
        {
            environment[variable.Name] = variable.ValueFrom?.SecretKeyRef is { } secret
                ? secret.Key == "uri" ? Uri.EscapeDataString(_secrets[secret.Name]) : _secrets[secret.Name]
                : Reference().Replace(variable.Value, match => environment[match.Groups["name"].Value]);
        }

        return environment;
    }

    private List<Pod> PodsOf(V1Service service) => [.. Pods.Where(p => p.IsReady && p.Workload == service.Spec.Selector["app"])];

    private void WriteHosts()
    {
        lock (_secrets)
        {
            var hosts = new StringBuilder("127.0.0.1 localhost\n");
            foreach (var service in _objects.Of<V1Service>())
            {
                PodsOf(service).ForEach(pod => hosts.Append($"{pod.Address} {service.Metadata.Name}\n"));
            }

            // In place and in one piece: pods have the file itself, and one may be reading it.
            using var file = File.OpenHandle(HostsFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(hosts.ToString().PadRight(HostsFileSize, '\n')), 0);
        }
    }

    [GeneratedRegex(@"\$\((?<name>\w+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
