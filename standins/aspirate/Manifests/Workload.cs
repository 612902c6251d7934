namespace Aspirate.Manifests;

/// <summary>What runs in a cluster for one resource of a manifest.</summary>
/// <param name="Name">The resource's name.</param>
/// <param name="Resource">The resource.</param>
/// <param name="Image">The image.</param>
/// <param name="Ports">The endpoints on which it listens.</param>
/// <param name="Config">The variables that hold no secret.</param>
/// <param name="Secrets">The variables that are a secret's value.</param>
/// <param name="Composed">The variables that have secrets in them, as <c>$(NAME)</c> of <paramref name="Secrets"/>.</param>
/// <param name="Calls">The endpoints of others that its variables lead to.</param>
internal sealed record Workload(
    string Name,
    ManifestResource Resource,
    string Image,
    IReadOnlyList<Endpoint> Ports,
    IReadOnlyList<Variable> Config,
    IReadOnlyList<SecretVariable> Secrets,
    IReadOnlyList<Variable> Composed,
    IReadOnlyList<Endpoint> Calls);

internal sealed record Variable(string Name, string Value);

internal sealed record SecretVariable(string Name, SecretPart Secret);
