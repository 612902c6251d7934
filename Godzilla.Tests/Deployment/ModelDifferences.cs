using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s.Models;

namespace Godzilla.Tests.Deployment;

/// <summary>Compares the app host's model, as its manifest says it, with what is deployed: workloads, endpoints, variables, secrets, edges.</summary>
internal static partial class ModelDifferences
{
    private const string Telemetry = "opentelemetry-collector";

    /// <returns>A line for each difference; none if what is deployed is what the model says.</returns>
    public static IReadOnlyList<string> Find(JsonObject model, KubernetesObjects deployed) =>
    [
        .. Compare("workloads", Workloads(model).Select(w => $"{w.Value!["type"]} {w.Key}"), Pods(deployed).Select(p => p.Kind + p.Name)),
        .. Workloads(model).SelectMany(workload => Compare(workload.Key, workload.Value!, model, deployed)),
        .. Compare("edges in", Edges(model), deployed.Of<V1NetworkPolicy>().SelectMany(IncomingEdges)),
        .. Compare("edges out", Edges(model), deployed.Of<V1NetworkPolicy>().SelectMany(OutgoingEdges)),
        .. Compare("open to the outside", Workloads(model).Where(IsExternal).Select(w => w.Key), deployed.Of<V1NetworkPolicy>().Where(IsOpen).Select(p => p.Metadata.Name)),
    ];

    private static IEnumerable<string> Compare(string name, JsonNode resource, JsonObject model, KubernetesObjects deployed)
    {
        var container = deployed.Pods.FirstOrDefault(p => p.Name == name).Template?.Spec.Containers.Single();
        if (container is null)
        {
            return []; // Said already.
        }

        var config = deployed.ConfigOf(name);
        var secrets = Secrets(model);
        var variables = Env(resource).Where(v => !LeadsToTls(v.Value, model)).ToList();
        return
        [
            .. Compare($"{name}: endpoints", Endpoints(resource).Select(e => e.Key), container.Ports.Select(p => p.Name)),
            .. Compare($"{name}: its Service", container.Ports.Select(p => $"{p.Name}"), deployed.The<V1Service>(name).Spec.Ports.Select(p => $"{p.Name}")),
            .. Compare($"{name}: fixed ports", Endpoints(resource).Where(e => e.Value!["targetPort"] is not null).Select(e => $"{e.Value!["targetPort"]}"),
                container.Ports.Where(p => Endpoints(resource).Any(e => e.Key == p.Name && e.Value!["targetPort"] is not null)).Select(p => p.ContainerPort.ToString(CultureInfo.InvariantCulture))),
            .. Compare($"{name}: variables without a secret", variables.Where(v => SecretsIn(v.Value, model, secrets).Count == 0).Select(v => v.Key), config.Keys.Except(OnlyInCluster)),
            .. Compare($"{name}: variables with a secret", variables.Where(v => SecretsIn(v.Value, model, secrets).Count > 0).Select(v => v.Key),
                (container.Env ?? []).Where(e => !IsPartOfAnother(e, container)).Select(e => e.Name)),
            .. Compare($"{name}: secrets", variables.SelectMany(v => SecretsIn(v.Value, model, secrets)), (container.Env ?? []).Where(e => e.ValueFrom is not null).Select(e => e.ValueFrom.SecretKeyRef.Name)),
            .. Compare($"{name}: volumes", resource["volumes"]?.AsArray().Select(v => $"{v!["name"]} {v["target"]}") ?? [], container.VolumeMounts.Where(v => v.Name != "tmp").Select(v => $"{v.Name} {v.MountPath}")),
        ];
    }

    // What the deployment adds to a workload, and the model does not know.
    private static readonly string[] OnlyInCluster = ["AllowedHosts"];

    private static IEnumerable<(string Kind, string Name)> Pods(KubernetesObjects deployed) =>
    [
        .. deployed.Of<V1Deployment>().Select(d => ("project.v0 ", d.Metadata.Name)),
        .. deployed.Of<V1StatefulSet>().Select(s => ("container.v0 ", s.Metadata.Name)),
    ];

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Workloads(JsonObject model) =>
        model.Where(r => ((string)r.Value!["type"]!).Split('.')[0] is "project" or "container");

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Endpoints(JsonNode resource) =>
        (resource["bindings"]?.AsObject() ?? []).Where(b => (string?)b.Value!["scheme"] != "https");

    private static bool IsExternal(KeyValuePair<string, JsonNode?> resource) => Endpoints(resource.Value!).Any(e => (bool?)e.Value!["external"] == true);

    private static IEnumerable<(string Key, string Value)> Env(JsonNode resource) => (resource["env"]?.AsObject() ?? []).Select(v => (v.Key, (string)v.Value!));

    private static HashSet<string> Secrets(JsonObject model) =>
        [.. model.Where(r => (string?)r.Value!["type"] == "parameter.v0" && (bool?)r.Value["inputs"]?["value"]?["secret"] == true).Select(r => r.Key)];

    private static bool LeadsToTls(string value, JsonObject model) => Expression().Matches(value).Any(m =>
        m.Groups["path"].Value.Split('.') is ["bindings", var endpoint, _] && (string?)model[m.Groups["name"].Value]!["bindings"]![endpoint]!["scheme"] == "https");

    private static HashSet<string> SecretsIn(string value, JsonObject model, HashSet<string> secrets) => [.. Reached(value, model).Where(secrets.Contains)];

    /// <summary>The resources that a value leads to, also through others.</summary>
    private static HashSet<string> Reached(string value, JsonObject model)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        Follow(value);
        return reached;

        void Follow(string text)
        {
            foreach (Match match in Expression().Matches(text))
            {
                var (name, path) = (match.Groups["name"].Value, match.Groups["path"].Value);
                reached.Add(name);
                if (path is "connectionString" or "value" && model[name]![path] is { } inner && (string?)inner is { } next && !next.Contains($"{{{name}.inputs", StringComparison.Ordinal))
                {
                    Follow(next);
                }
            }
        }
    }

    private static IEnumerable<string> Edges(JsonObject model)
    {
        var workloads = Workloads(model).Select(w => w.Key).ToHashSet(StringComparer.Ordinal);
        return Workloads(model).SelectMany(from => Env(from.Value!).Where(v => !LeadsToTls(v.Value, model)).SelectMany(v => Reached(v.Value, model))
            .Where(to => to != from.Key && workloads.Contains(to)).Distinct().Select(to => $"{from.Key} -> {to}"));
    }

    private static IEnumerable<string> IncomingEdges(V1NetworkPolicy policy) => (policy.Spec.Ingress ?? [])
        .SelectMany(rule => rule.FromProperty ?? []).Select(peer => $"{peer.PodSelector.MatchLabels["app"]} -> {policy.Metadata.Name}");

    private static IEnumerable<string> OutgoingEdges(V1NetworkPolicy policy) => policy.Metadata.Name == "seed" ? [] : (policy.Spec.Egress ?? [])
        .SelectMany(rule => rule.To ?? [])
        .Where(peer => !peer.PodSelector.MatchLabels.ContainsKey("k8s-app") && !peer.PodSelector.MatchLabels.Values.Contains(Telemetry))
        .Select(peer => $"{policy.Metadata.Name} -> {peer.PodSelector.MatchLabels["app"]}");

    private static bool IsOpen(V1NetworkPolicy policy) => (policy.Spec.Ingress ?? []).Any(rule => rule.FromProperty is null or { Count: 0 });

    // A variable that is only there for others to be put together of.
    private static bool IsPartOfAnother(V1EnvVar variable, V1Container container) =>
        variable.ValueFrom?.SecretKeyRef is { } secret
        && string.Equals(variable.Name, $"{secret.Name}_{secret.Key}".Replace('-', '_'), StringComparison.OrdinalIgnoreCase)
        && container.Env.Any(e => e.Value?.Contains($"$({variable.Name})", StringComparison.Ordinal) == true);

    private static IEnumerable<string> Compare(string what, IEnumerable<string> model, IEnumerable<string> deployed)
    {
        var (left, right) = (model.ToHashSet(StringComparer.Ordinal), deployed.ToHashSet(StringComparer.Ordinal));
        return [.. left.Except(right).Select(x => $"{what}: only in the model: {x}"), .. right.Except(left).Select(x => $"{what}: only deployed: {x}")];
    }

    [GeneratedRegex(@"\{(?<name>[A-Za-z][A-Za-z0-9-]*)\.(?<path>[A-Za-z0-9._-]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();
}
