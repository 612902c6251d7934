using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace Godzilla.Tests.Deployment;

/// <summary>
/// What an API server, or the cluster after it, would refuse or not forgive. Unknown fields and wrong types are found when the manifests
/// are read (<see cref="KubernetesObjects"/>).
/// </summary>
public sealed partial class ValidityTests(Rendered rendered) : IClassFixture<Rendered>
{
    // HostOptions.ShutdownTimeout of the gateway, the longest: 2 s for sockets, 4 s for requests.
    private const int LongestShutdownSeconds = 6;
    private const int NonRoot = 1;

    private KubernetesObjects Objects => rendered.Objects;

    [KubectlFact]
    public async Task KustomizeBuildsAllOfIt()
    {
        foreach (var folder in new[] { ".", "overlays/minikube", "overlays/cloud", "seed" })
        {
            var yaml = await Repository.MustRunAsync("kubectl", "kustomize", Path.Combine(rendered.Folder, folder));
            var objects = KubernetesObjects.Parse(yaml).ToList();
            Assert.NotEmpty(objects);
            Assert.All(objects.Where(o => o is not V1Namespace), o => Assert.Equal("godzilla", o.Metadata.NamespaceProperty));
        }
    }

    [KubectlFact]
    public async Task MinikubeGetsOneOfEachAtAPortOfTheNode()
    {
        var objects = await KustomizeAsync("overlays/minikube");

        Assert.All(objects.OfType<V1Deployment>(), d => Assert.Equal(1, d.Spec.Replicas));
        Assert.Empty(objects.OfType<V2HorizontalPodAutoscaler>());
        var gateway = objects.OfType<V1Service>().Single(s => s.Metadata.Name == "gateway");
        Assert.Equal(("NodePort", 30009, 8080), (gateway.Spec.Type, gateway.Spec.Ports.Single().NodePort, gateway.Spec.Ports.Single().Port));
        Assert.Equal("*", ConfigOfGateway(objects)["AllowedHosts"]);
    }

    [KubectlFact]
    public async Task TheCloudGetsAnIngressForTheHost()
    {
        var objects = await KustomizeAsync("overlays/cloud");

        var ingress = Assert.Single(objects.OfType<V1Ingress>());
        var rule = Assert.Single(ingress.Spec.Rules);
        Assert.Equal(("godzilla.example.com", "gateway"), (rule.Host, rule.Http.Paths.Single().Backend.Service.Name));
        Assert.Equal(["godzilla.example.com"], ingress.Spec.Tls.Single().Hosts);
        Assert.Contains("godzilla.example.com", ConfigOfGateway(objects)["AllowedHosts"].Split(';'));
        Assert.NotEmpty(ConfigOfGateway(objects)["ClientAddress__TrustedProxies__0"]);
        Assert.Equal(["chat", "gateway", "inference"], objects.OfType<V2HorizontalPodAutoscaler>().Select(h => h.Metadata.Name).Order());
        Assert.Equal("ClusterIP", objects.OfType<V1Service>().Single(s => s.Metadata.Name == "gateway").Spec.Type);
    }

    [KubectlFact]
    public async Task TheOtherComponentsFitOnToTheWorkloads()
    {
        var folder = Path.Combine(rendered.Folder, "overlays", $"t{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "kustomization.yaml"), """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            namespace: godzilla
            resources: [../../accounts, ../../chat, ../../gateway, ../../inference, ../../presence]
            components: [../../components/gateway-api, ../../components/telemetry]
            """);

        var yaml = await Repository.MustRunAsync("kubectl", "kustomize", folder);
        Directory.Delete(folder, recursive: true);

        Assert.All(KubernetesObjects.Parse(yaml).OfType<V1ConfigMap>(), c => Assert.Equal("http://opentelemetry-collector.observability:4317", c.Data["OTEL_EXPORTER_OTLP_ENDPOINT"]));
        Assert.Contains("kind: HTTPRoute", yaml, StringComparison.Ordinal);
        Assert.Contains("- godzilla.example.com", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreOnesThatKubernetesTakesAndEachIsThereOnce()
    {
        Assert.All(Objects.All, o => Assert.Matches(DnsLabel(), o.Metadata.Name));
        Assert.Equal(Objects.All.Select(o => $"{o.Kind}/{o.Metadata.Name}").Distinct(), Objects.All.Select(o => $"{o.Kind}/{o.Metadata.Name}"));
        Assert.All(
            Objects.Pods.SelectMany(p => p.Template.Spec.Containers).SelectMany(c => (c.Ports ?? []).Select(p => p.Name).Concat(c.VolumeMounts.Select(v => v.Name))),
            name => Assert.Matches(DnsLabel(), name));
        Assert.All(Objects.Of<V1StatefulSet>().SelectMany(s => s.Spec.VolumeClaimTemplates), claim => Assert.Matches(DnsLabel(), claim.Metadata.Name));
        Assert.All(Objects.Pods.SelectMany(p => p.Template.Spec.Containers).SelectMany(c => c.Ports ?? []), p => Assert.InRange(p.Name.Length, 1, 15));
    }

    [Fact]
    public void NoServiceHasAPortTwiceAndEachLeadsToAPodsPort()
    {
        Assert.All(Objects.Of<V1Service>(), service =>
        {
            Assert.Equal(service.Spec.Ports.Count, service.Spec.Ports.Select(p => p.Port).Distinct().Count());
            Assert.Equal(service.Spec.Ports.Count, service.Spec.Ports.Select(p => p.Name).Distinct().Count());
            var pod = Assert.Single(Objects.Pods, p => Selects(service.Spec.Selector, p.Template));
            Assert.Subset(PortsOf(pod.Template), service.Spec.Ports.Select(p => p.TargetPort.Value).ToHashSet());
        });
        Assert.Equal(
            ["accounts-svc:8081", "chat-svc:3000", "gateway-svc:80", "history-svc:8000", "presence-svc:50051", "redis-service:6379"],
            Objects.Of<V1Service>().Where(s => s.Metadata.Name.Contains("-s", StringComparison.Ordinal)).Select(s => $"{s.Metadata.Name}:{s.Spec.Ports.Single().Port}").Order(StringComparer.Ordinal));
        Assert.Equal(["chat-headless", "presence-headless"], Objects.Of<V1Service>().Where(s => s.Spec.ClusterIP == "None").Select(s => s.Metadata.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EverySelectorSelectsThePodsOfItsOwnWorkload()
    {
        Assert.All(Objects.Of<V1Deployment>(), d => Assert.True(Selects(d.Spec.Selector.MatchLabels, d.Spec.Template)));
        Assert.All(Objects.Of<V1StatefulSet>(), s => Assert.True(Selects(s.Spec.Selector.MatchLabels, s.Spec.Template)));
        Assert.All(Objects.Of<V1PodDisruptionBudget>(), b => Assert.Equal(b.Metadata.Name, Assert.Single(Objects.Pods, p => Selects(b.Spec.Selector.MatchLabels, p.Template)).Name));
        Assert.All(Objects.Pods.SelectMany(p => p.Template.Spec.TopologySpreadConstraints ?? []), c => Assert.Single(Objects.Pods, p => Selects(c.LabelSelector.MatchLabels, p.Template)));
        Assert.All(
            Objects.Of<V1NetworkPolicy>().Where(n => n.Metadata.Name != "default-deny"),
            n => Assert.Equal(n.Metadata.Name, Assert.Single(Objects.Pods, p => Selects(n.Spec.PodSelector.MatchLabels, p.Template)).Name));
        Assert.All(Objects.Of<V2HorizontalPodAutoscaler>(), h => Assert.Null(Objects.The<V1Deployment>(h.Spec.ScaleTargetRef.Name).Spec.Replicas));
        Assert.All(
            Objects.Of<V1Deployment>().Where(d => Objects.Of<V2HorizontalPodAutoscaler>().All(h => h.Spec.ScaleTargetRef.Name != d.Metadata.Name)),
            d => Assert.Equal(2, d.Spec.Replicas));
    }

    [Fact]
    public void EveryPodHasAPolicyForBothDirectionsAndWhatIsAtOneEndIsAtTheOther()
    {
        Assert.All(Objects.Pods, p => Assert.Contains(Objects.Of<V1NetworkPolicy>(), n => n.Metadata.Name == p.Name));
        Assert.All(Objects.Of<V1NetworkPolicy>(), n => Assert.Equal(["Ingress", "Egress"], n.Spec.PolicyTypes));
        var denied = Objects.The<V1NetworkPolicy>("default-deny").Spec;
        Assert.True(denied.PodSelector.MatchLabels is null or { Count: 0 } && denied.Ingress is null && denied.Egress is null);
        foreach (var to in Objects.Of<V1NetworkPolicy>())
        {
            foreach (var rule in to.Spec.Ingress ?? [])
            {
                Assert.Subset(PortNumbersOf(Objects.Pods.Single(p => p.Name == to.Metadata.Name).Template), rule.Ports.Select(p => p.Port.Value).ToHashSet());
                foreach (var from in (rule.FromProperty ?? []).Select(peer => Objects.The<V1NetworkPolicy>(peer.PodSelector.MatchLabels["app"])))
                {
                    var outgoing = from.Spec.Egress.Single(e => e.To.Any(peer => peer.PodSelector.MatchLabels.Contains(new("app", to.Metadata.Name))));
                    Assert.Equal(rule.Ports.Select(p => p.Port.Value), outgoing.Ports.Select(p => p.Port.Value));
                }
            }
        }
    }

    // A node may always reach its own pods. Should a network not heed that, a probe still gets in at a port that callers use.
    [Fact]
    public void ProbesAreWellFormedAndNoPolicyLocksThemOut()
    {
        Assert.All(Objects.Pods.Where(p => p.Name != "seed"), pod =>
        {
            var container = pod.Template.Spec.Containers.Single();
            var open = Objects.The<V1NetworkPolicy>(pod.Name).Spec.Ingress.SelectMany(rule => rule.Ports).Select(p => p.Port.Value).ToHashSet();
            Assert.All([container.StartupProbe, container.LivenessProbe, container.ReadinessProbe], probe =>
            {
                Assert.NotNull(probe);
                Assert.Equal(1, new object?[] { probe.HttpGet, probe.TcpSocket, probe.Grpc, probe.Exec }.Count(action => action is not null));
                Assert.True(probe.HttpGet?.Scheme is null or "HTTP", probe.HttpGet?.Scheme);
                if (probe.Exec is null)
                {
                    var port = probe.Grpc?.Port.ToString(CultureInfo.InvariantCulture) ?? probe.HttpGet?.Port.Value ?? probe.TcpSocket.Port.Value;
                    Assert.Contains(container.Ports.Single(p => p.Name == port || $"{p.ContainerPort}" == port).ContainerPort.ToString(CultureInfo.InvariantCulture), open);
                }
            });
        });
        Assert.All(Objects.Of<V1Deployment>(), d => Assert.Equal("/alive", d.Spec.Template.Spec.Containers.Single().LivenessProbe.HttpGet.Path));
        Assert.All(
            Objects.Of<V1Deployment>().Select(d => d.Spec.Template.Spec.Containers.Single()),
            c => Assert.True(c.Name == "presence" ? c.ReadinessProbe.Grpc.Port == 50051 : c.ReadinessProbe.HttpGet.Path == "/health"));
    }

    [Fact]
    public void EveryPodIsHardenedAndBounded() => Assert.All(Objects.Pods, pod =>
    {
        var (spec, container) = (pod.Template.Spec, Assert.Single(pod.Template.Spec.Containers));
        Assert.False(spec.AutomountServiceAccountToken);
        Assert.False(spec.EnableServiceLinks);
        Assert.True(spec.SecurityContext.RunAsNonRoot);
        Assert.InRange(spec.SecurityContext.RunAsUser!.Value, NonRoot, long.MaxValue);
        Assert.Equal("RuntimeDefault", spec.SecurityContext.SeccompProfile.Type);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Null(container.SecurityContext.Capabilities.Add);
        Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["cpu", "memory"], container.Resources.Limits.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(container.VolumeMounts, v => v.MountPath == "/tmp");
        Assert.Matches(PinnedImage(), container.Image);
        Assert.Equal("IfNotPresent", container.ImagePullPolicy);
        Assert.Equal("restricted", Objects.The<V1Namespace>("godzilla").Metadata.Labels["pod-security.kubernetes.io/enforce"]);
    });

    [Fact]
    public void ARollingUpdateTakesNothingAwayBeforeSomethingIsThere() => Assert.All(Objects.Of<V1Deployment>(), deployment =>
    {
        var spec = deployment.Spec.Template.Spec;
        Assert.Equal(("RollingUpdate", "0"), (deployment.Spec.Strategy.Type, deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value));
        var preStop = spec.Containers.Single().Lifecycle.PreStop;
        Assert.Null(preStop.Exec); // There is no shell in the image.
        Assert.InRange(preStop.Sleep.Seconds, 1, 30);
        Assert.InRange(spec.TerminationGracePeriodSeconds!.Value, preStop.Sleep.Seconds + LongestShutdownSeconds + 1, 120);
        Assert.Single(Objects.Of<V1PodDisruptionBudget>(), b => b.Metadata.Name == deployment.Metadata.Name);
    });

    [Fact]
    public void SecretsAreReferredToAndNeverWritten()
    {
        var required = JsonNode.Parse(File.ReadAllText(Path.Combine(rendered.Folder, "required-secrets.json")))!.AsArray();
        var keys = required.SelectMany(s => s!["keys"]!.AsArray().Select(k => $"{s["name"]}/{k}")).ToHashSet(StringComparer.Ordinal);
        var used = Objects.Pods.SelectMany(p => p.Template.Spec.Containers.Single().Env ?? []).Where(e => e.ValueFrom is not null)
            .Select(e => $"{e.ValueFrom.SecretKeyRef.Name}/{e.ValueFrom.SecretKeyRef.Key}").ToHashSet(StringComparer.Ordinal);
        Assert.Subset(keys, used);
        Assert.All(required, s => Assert.Contains($"{s!["name"]}/", string.Join(' ', used), StringComparison.Ordinal));
        Assert.Empty(Objects.Of<V1Secret>());

        // What the names say is secret is in no ConfigMap, and what is put together refers to variables before it.
        foreach (var (name, template) in Objects.Pods.Where(p => p.Name != "seed"))
        {
            Assert.DoesNotContain(Objects.ConfigOf(name), v => SecretName().IsMatch(v.Key));
            var env = template.Spec.Containers.Single().Env;
            foreach (var (i, variable) in env.Index().Where(e => e.Item.Value is not null))
            {
                var references = Reference().Matches(variable.Value).Select(m => m.Groups["name"].Value).ToList();
                Assert.NotEmpty(references);
                Assert.Subset(env.Take(i).Where(e => e.ValueFrom is not null).Select(e => e.Name).ToHashSet(StringComparer.Ordinal), references.ToHashSet(StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public void StoresKeepTheirDataInClaims() => Assert.All(Objects.Of<V1StatefulSet>(), store =>
    {
        var claim = Assert.Single(store.Spec.VolumeClaimTemplates);
        Assert.Contains(store.Spec.Template.Spec.Containers.Single().VolumeMounts, v => v.Name == claim.Metadata.Name && v.ReadOnlyProperty != true);
        Assert.EndsWith("Gi", claim.Spec.Resources.Requests["storage"].ToString(), StringComparison.Ordinal);
        Assert.Contains(Objects.Of<V1Service>(), s => s.Metadata.Name == store.Spec.ServiceName);

        // A shell as the first process of a container does not end on SIGTERM: what it started has to be asked.
        var container = store.Spec.Template.Spec.Containers.Single();
        Assert.Equal(container.Command?[0] == "/bin/sh", container.Lifecycle?.PreStop?.Exec?.Command[^1].Contains("shutdown", StringComparison.Ordinal) ?? false);
    });

    [Fact]
    public void TheSeedRunsOnlyWhenItIsAskedFor()
    {
        Assert.DoesNotContain(
            Objects.Kustomizations.Where(k => k.Key != "seed").SelectMany(k => (List<object>)k.Value.GetValueOrDefault("resources", new List<object>())),
            resource => ((string)resource).Contains("seed", StringComparison.Ordinal));
        var container = Objects.The<V1Job>("seed").Spec.Template.Spec.Containers.Single();
        Assert.Equal(["seed", "--url", "http://gateway:8080", "--force"], container.Args);
        Assert.Contains("gateway", Objects.ConfigOf("gateway")["AllowedHosts"].Split(';'));
    }

    // What KubernetesClient takes and an API server does not: a list of a kustomization that is not there, a file of nobody.
    [Fact]
    public void EveryFileIsPartOfAKustomization() => Assert.All(
        Directory.EnumerateFiles(rendered.Folder, "*.yaml", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "kustomization.yaml"),
        file =>
        {
            var resources = (List<object>)Objects.Kustomizations[Path.GetRelativePath(rendered.Folder, Path.GetDirectoryName(file)!)]["resources"];
            Assert.Contains(Path.GetFileName(file), resources);
        });

    private async Task<List<IKubernetesObject<V1ObjectMeta>>> KustomizeAsync(string folder) =>
        [.. KubernetesObjects.Parse(await Repository.MustRunAsync("kubectl", "kustomize", Path.Combine(rendered.Folder, folder)))];

    private static IDictionary<string, string> ConfigOfGateway(IEnumerable<IKubernetesObject<V1ObjectMeta>> objects) =>
        objects.OfType<V1ConfigMap>().Single(c => c.Metadata.Name.StartsWith("gateway-env-", StringComparison.Ordinal)).Data;

    private static bool Selects(IDictionary<string, string> selector, V1PodTemplateSpec template) => selector.All(template.Metadata.Labels.Contains);

    private static HashSet<string> PortsOf(V1PodTemplateSpec template) => [.. template.Spec.Containers.Single().Ports.Select(p => p.Name)];

    private static HashSet<string> PortNumbersOf(V1PodTemplateSpec template) => [.. template.Spec.Containers.Single().Ports.Select(p => $"{p.ContainerPort}")];

    [GeneratedRegex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@":\d+(\.\d+)+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PinnedImage();

    [GeneratedRegex("password|secret|key$|ConnectionStrings|_uri$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\$\((?<name>\w+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
