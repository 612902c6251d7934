namespace Aspirate.Manifests;

/// <summary>Names the images: a project's by these options, a container's by the manifest.</summary>
/// <param name="Registry">The registry; none for what the cluster's nodes have already.</param>
/// <param name="Prefix">What comes before a project's name in the registry.</param>
/// <param name="Tag">The tag.</param>
internal sealed record Images(string? Registry, string? Prefix, string Tag)
{
    public string Of(string name, ManifestResource resource) =>
        resource.IsProject ? $"{Slashed(Registry)}{RepositoryOf(name)}:{Tag}"
        : resource.Image ?? throw new AspirateException($"the container '{name}' has no image in the manifest");

    public string RepositoryOf(string name) => $"{Slashed(Prefix)}{name}";

    private static string Slashed(string? part) => string.IsNullOrEmpty(part) ? "" : $"{part.TrimEnd('/')}/";
}
