using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Grpc.Health.V1;
using Grpc.Net.Client;
using k8s.Models;

namespace Godzilla.Tests.Deployment.Cluster;

/// <summary>
/// A pod as a process of this machine: in its own network namespace, as the manifest's user without capabilities, with the manifest's
/// variables and no others, on a root file system that is read-only. Where its image would be, the built service is.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class Pod : IAsyncDisposable
{
    // /srv has the image's files, /mnt the claim's. The rest of the machine is there to read; so is the repository where it is below /tmp, which
    // is the pod's own.
    private const string Script = """
        mount --make-rprivate / && mount --bind "$1" /etc/hosts && mount --bind "$2" /srv && mount -o remount,bind,ro /srv &&
        mount --bind "$3" /mnt && case "$7" in /tmp/*) mount --bind "$7" /media ;; esac &&
        mount -t tmpfs -o mode=1777,size=64m tmpfs /tmp &&
        case "$7" in /tmp/*) mkdir -p "$7" && mount --bind /media "$7" ;; esac &&
        mount -o remount,bind,ro / && cd "$6" || exit 90
        user=$4 group=$5; shift 7
        exec setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all env -i PATH=/usr/bin:/bin HOME=/tmp "$@"
        """;

    private readonly V1PodSpec _spec;
    private readonly NetworkNamespace _network;
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private Relay? _relay;

    private Pod(string workload, V1PodSpec spec, IPAddress address, NetworkNamespace network, Process process) =>
        (Workload, _spec, Address, _network, _process) = (workload, spec, address, network, process);

    public string Workload { get; }

    public IPAddress Address { get; }

    /// <summary>Whether Services lead to it.</summary>
    public bool IsReady { get; set; }

    private V1Container Container => _spec.Containers.Single();

    public static async Task<Pod> StartAsync(
        string workload, V1PodSpec spec, IReadOnlyDictionary<string, string> environment, NetworkNamespace network, IPAddress address, string hosts, string data)
    {
        var user = (int)spec.SecurityContext.RunAsUser!.Value;
        Directory.CreateDirectory(data);
        await Repository.MustRunAsync("chown", $"{user}:{spec.SecurityContext.FsGroup}", data);
        var container = spec.Containers.Single();
        var (image, command, input) = Image.Of(container, environment);
        string[] variables = [.. environment.Select(v => $"{v.Key}={v.Value}")];
        var start = new ProcessStartInfo("ip",
        [
            "netns", "exec", network.Name, "unshare", "--mount", "sh", "-c", Script, "pod", hosts, image, data,
            user.ToString(CultureInfo.InvariantCulture), spec.SecurityContext.RunAsGroup!.Value.ToString(CultureInfo.InvariantCulture), input is null ? "/srv" : "/mnt", Repository.Root,
            .. variables, .. command,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var pod = new Pod(workload, spec, address, network, process);
        process.OutputDataReceived += pod.OnLine;
        process.ErrorDataReceived += pod.OnLine;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        if (container.Image.Contains("/mongo:", StringComparison.Ordinal))
        {
            pod._relay = new Relay(network, new IPEndPoint(address, container.Ports.Single().ContainerPort));
        }

        return pod;
    }

    /// <summary>Whether a probe of the manifest is answered well.</summary>
    public async Task<bool> AnswersAsync(V1Probe probe)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"The pod of {Workload} ended with {_process.ExitCode}:\n{Log}");
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(probe.TimeoutSeconds ?? 1));
        try
        {
            if (probe.HttpGet is { } get)
            {
                using var client = new HttpClient(_network.CreateHandler(_ => new IPEndPoint(Address, PortOf(get.Port))));
                using var response = await client.GetAsync(new Uri($"http://{Address}:{PortOf(get.Port)}{get.Path}"), limit.Token);
                return response.IsSuccessStatusCode;
            }

            if (probe.Grpc is { } grpc)
            {
                using var channel = GrpcChannel.ForAddress(
                    $"http://{Address}:{grpc.Port}", new GrpcChannelOptions { HttpHandler = _network.CreateHandler(_ => new IPEndPoint(Address, grpc.Port)) });
                var answer = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = grpc.Service ?? "" }, cancellationToken: limit.Token);
                return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
            }

            if (probe.TcpSocket is { } tcp)
            {
                using var socket = await _network.ConnectAsync(new IPEndPoint(Address, PortOf(tcp.Port)), limit.Token);
                return true;
            }

            var (exitCode, _, _) = await Repository.RunAsync(
                "nsenter", ["--target", _process.Id.ToString(CultureInfo.InvariantCulture), "--net", "--mount", .. probe.Exec.Command], await VariablesAsync());
            return exitCode == 0;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or OperationCanceledException or Grpc.Core.RpcException)
        {
            return false;
        }
    }

    public Task<bool> IsUpAsync() => AnswersAsync(Container.ReadinessProbe);

    public Task<bool> IsAliveAsync() => AnswersAsync(Container.LivenessProbe);

    /// <summary>What /proc says of the process: "Uid", "CapEff" and so on.</summary>
    public async Task<string> StatusAsync(string key) =>
        (await File.ReadAllLinesAsync($"/proc/{_process.Id}/status")).Single(l => l.StartsWith($"{key}:", StringComparison.Ordinal)).Split('\t')[1];

    public async Task<Dictionary<string, string>> VariablesAsync() => (await File.ReadAllTextAsync($"/proc/{_process.Id}/environ"))
        .Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);

    /// <summary>Its TCP connections, and what waits in them to be read or to be acknowledged, as <c>ss</c> shows them.</summary>
    public async Task<string> SocketsAsync() => $"{Workload} at {Address}:\n{await NetworkNamespace.IpAsync("netns", "exec", _network.Name, "ss", "-tn")}";

    /// <summary>Ends the pod as a kubelet does: the preStop hook, SIGTERM, and SIGKILL when the grace period is over.</summary>
    /// <returns>The exit code; null if it had to be killed.</returns>
    public async Task<int?> EndAsync()
    {
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(_spec.TerminationGracePeriodSeconds!.Value));
        await Task.Delay(TimeSpan.FromSeconds(Container.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0)); // What the manifest asks for.
        Signals.Terminate(_process.Id);
        try
        {
            await _process.WaitForExitAsync(grace.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _relay?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        await _network.DisposeAsync();
    }

    public string Log => string.Join('\n', LinesWith("").TakeLast(20));

    /// <summary>What it wrote that has this text in it; also when it has ended.</summary>
    public IReadOnlyList<string> LinesWith(string text)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.Contains(text, StringComparison.Ordinal))];
        }
    }

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        lock (_lines)
        {
            _lines.Add(line.Data ?? "");
        }
    }

    private int PortOf(IntOrString port) => Container.Ports.Single(p => p.Name == port.Value || $"{p.ContainerPort}" == port.Value).ContainerPort;
}
