using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace Godzilla.Tests.Deployment;

/// <summary>What the app host publishes now, and what `aspirate generate` makes of it; rendered once for all tests.</summary>
public sealed class Rendered : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Settings =
        JsonNode.Parse(Repository.Read("aspirate.json"))!.AsObject().Where(e => e.Value is not null).ToDictionary(e => e.Key, e => (string)e.Value!);

    private readonly string _folder = Directory.CreateTempSubdirectory("godzilla-publish-").FullName;

    /// <summary>The folder with the manifests.</summary>
    public string Folder => Path.Combine(_folder, "aspirate-output");

    /// <summary>The resources of the app host's manifest.</summary>
    internal JsonObject Model { get; private set; } = [];

    /// <summary>The manifests.</summary>
    internal KubernetesObjects Objects { get; private set; } = new("");

    internal static string ImageTag => Settings["imageTag"];

    internal static string ImagePrefix => Settings["containerRepositoryPrefix"];

    public async Task InitializeAsync()
    {
        var manifest = Path.Combine(_folder, "manifest.json");
        await Repository.MustRunAsync("dotnet", Repository.AssemblyOf("Godzilla.AppHost"), "--publisher", "manifest", "--output-path", manifest);
        await Repository.MustRunAsync(
            "dotnet", Repository.AssemblyOf("standins/aspirate"), "generate", "--non-interactive", "--skip-build", "--aspire-manifest", manifest, "--output-path", Folder);
        Model = JsonNode.Parse(await File.ReadAllTextAsync(manifest))!["resources"]!.AsObject();
        Objects = new KubernetesObjects(Folder);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}

/// <summary>The Kubernetes objects in a folder of rendered manifests, read so strictly that an unknown field or a wrong type throws.</summary>
internal sealed class KubernetesObjects
{
    public KubernetesObjects(string folder)
    {
        var files = folder.Length == 0 ? [] : Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        foreach (var file in files)
        {
            var name = Path.GetRelativePath(folder, file);
            if (Path.GetFileName(file) == "kustomization.yaml")
            {
                Kustomizations[Path.GetDirectoryName(name)!] = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(file));
            }
            else
            {
                All.AddRange(Parse(File.ReadAllText(file)));
            }
        }
    }

    public List<IKubernetesObject<V1ObjectMeta>> All { get; } = [];

    /// <summary>Each kustomization, by its folder.</summary>
    public Dictionary<string, Dictionary<string, object>> Kustomizations { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Name, V1PodTemplateSpec Template)> Pods =>
    [
        .. Of<V1Deployment>().Select(d => (d.Metadata.Name, d.Spec.Template)),
        .. Of<V1StatefulSet>().Select(s => (s.Metadata.Name, s.Spec.Template)),
        .. Of<V1Job>().Select(j => (j.Metadata.Name, j.Spec.Template)),
    ];

    /// <summary>Reads the objects of a text. Those that no client knows (of the Gateway API) are left out.</summary>
    public static IEnumerable<IKubernetesObject<V1ObjectMeta>> Parse(string yaml) => yaml.Split("\n---\n")
        .Where(text => !text.Contains("apiVersion: gateway.networking.k8s.io/", StringComparison.Ordinal))
        .SelectMany(text => KubernetesYaml.LoadAllFromString(text, typeMap: null, strict: true))
        .Cast<IKubernetesObject<V1ObjectMeta>>();

    public IReadOnlyList<T> Of<T>()
        where T : IKubernetesObject<V1ObjectMeta> => [.. All.OfType<T>()];

    public T The<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Of<T>().Single(o => o.Metadata.Name == name);

    /// <summary>The variables of a workload's ConfigMap.</summary>
    public Dictionary<string, string> ConfigOf(string workload) => ((List<object>)Kustomizations[workload].GetValueOrDefault("configMapGenerator", new List<object>()))
        .Cast<Dictionary<object, object>>()
        .SelectMany(map => ((List<object>)map["literals"]).Cast<string>())
        .Select(literal => literal.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
}
