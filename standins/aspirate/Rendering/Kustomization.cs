using YamlDotNet.Serialization;

namespace Aspirate.Rendering;

/// <summary>What a rendered <c>kustomization.yaml</c> says.</summary>
internal static class Kustomization
{
    public static string NamespaceIn(string folder)
    {
        var file = Path.Combine(folder, "kustomization.yaml");
        var read = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(file));
        return read.GetValueOrDefault("namespace") as string ?? throw new AspirateException($"'{file}' names no namespace");
    }
}
