using Aspirate.Manifests;
using Aspirate.Secrets;

namespace Aspirate.Rendering;

/// <summary>Renders a manifest with templates.</summary>
internal sealed class Renderer(TemplateFolder templates, string? @namespace, Images images)
{
    /// <returns>The files, by their paths in the output folder.</returns>
    public IReadOnlyDictionary<string, string> Render(Manifest manifest)
    {
        var endpoints = new Endpoints(manifest, HostOf);
        var workloads = new WorkloadReader(manifest, endpoints, images).Read();
        if (templates.Values.Workloads.FirstOrDefault(name => workloads.All(w => w.Name != name)) is { } stranger)
        {
            throw new AspirateException($"values.yaml has values for '{stranger}', which is no workload of the manifest");
        }

        var secrets = RequiredSecret.Of(manifest, workloads);
        var data = workloads.Select(w => DataOf(w, workloads)).ToList();
        var application = new Dictionary<string, object?>
        {
            ["namespace"] = Namespace,
            ["workloads"] = data,
            ["values"] = templates.Values.All,
            ["images"] = new Dictionary<string, object?> { ["tag"] = images.Tag, ["prefix"] = images.Of("", new() { Type = "project.v0" }).Split(':')[0] },
        };

        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var workload in data)
        {
            workload["application"] = application;
            foreach (var (file, text) in templates.RenderWorkload((string)workload["name"]!, workload))
            {
                files[file] = text;
            }
        }

        foreach (var workload in data)
        {
            var folder = $"{workload["name"]}{Path.DirectorySeparatorChar}";
            workload["files"] = files.Keys.Where(f => f.StartsWith(folder, StringComparison.Ordinal) && !f.EndsWith("kustomization.yaml", StringComparison.Ordinal))
                .Select(Path.GetFileName).ToList();
            foreach (var (file, text) in templates.RenderWorkload((string)workload["name"]!, workload))
            {
                files[file] = text;
            }
        }

        foreach (var (file, text) in templates.RenderApplication(application))
        {
            files[file] = text;
        }

        files[RequiredSecret.FileName] = RequiredSecret.Write(secrets);
        return files;
    }

    private string Namespace => @namespace ?? (string?)templates.Values.All.GetValueOrDefault("namespace") ?? "default";

    // A caller that balances by itself needs the addresses of all pods, which only a headless Service gives.
    private string HostOf(string workload) =>
        templates.Values.Of(workload, isProject: true).GetValueOrDefault("balancedByCallers") is true ? $"{workload}-headless" : workload;

    private Dictionary<string, object?> DataOf(Workload workload, IReadOnlyList<Workload> all)
    {
        var name = workload.Name;
        var values = templates.Values.Of(name, workload.Resource.IsProject);
        return new()
        {
            ["name"] = name,
            ["isProject"] = workload.Resource.IsProject,
            ["image"] = workload.Image,
            ["entrypoint"] = workload.Resource.Entrypoint,
            ["args"] = workload.Resource.Args,
            ["ports"] = workload.Ports.Select(PortOf).ToList(),
            ["isExternal"] = workload.Ports.Any(p => p.External),
            ["config"] = ConfigOf(workload, values).Select(v => Map(("literal", $"{v.Name}={v.Value}"))).ToList(),
            ["secrets"] = workload.Secrets.Select(v => Map(("name", v.Name), ("secret", v.Secret.Parameter), ("key", v.Secret.Key))).ToList(),
            ["composed"] = workload.Composed.Select(v => Map(("name", v.Name), ("value", v.Value))).ToList(),
            ["volumes"] = workload.Resource.Volumes.Select(v => Map(("name", v.Name), ("target", v.Target), ("readOnly", v.ReadOnly ? "true" : "false"))).ToList(),
            ["calls"] = Edges(workload.Calls.GroupBy(c => c.Resource)),
            ["callers"] = Edges(all.SelectMany(w => w.Calls.Where(c => c.Resource == name).Select(c => (w.Name, Endpoint: c))).GroupBy(c => c.Name, c => c.Endpoint)),
            ["files"] = new List<string?>(),
            ["values"] = values,
        };
    }

    private static IEnumerable<Variable> ConfigOf(Workload workload, Dictionary<string, object?> values)
    {
        var more = values.GetValueOrDefault("env") as Dictionary<string, object?> ?? [];
        return workload.Config.Where(v => !more.ContainsKey(v.Name)).Concat(more.Select(v => new Variable(v.Key, $"{v.Value}")));
    }

    private static List<Dictionary<string, object?>> Edges(IEnumerable<IGrouping<string, Endpoint>> edges) =>
        [.. edges.Select(edge => Map(("name", edge.Key), ("ports", edge.Select(PortOf).ToList())))];

    private static Dictionary<string, object?> PortOf(Endpoint endpoint) =>
        Map(("name", endpoint.Name), ("number", endpoint.Port), ("scheme", endpoint.Scheme));

    private static Dictionary<string, object?> Map(params (string Key, object? Value)[] entries) => entries.ToDictionary(e => e.Key, e => e.Value);
}
