using System.Text.Json;

namespace Aspirate.Secrets;

/// <summary>The Secrets of a namespace in a cluster: what is missing is created, what is there stays.</summary>
internal sealed class ClusterSecrets(Kubectl kubectl, string @namespace, StateFile? state)
{
    /// <returns>The names of those that were created.</returns>
    public async Task<IReadOnlyList<string>> CreateMissingAsync(IReadOnlyList<RequiredSecret> required, CancellationToken cancellationToken)
    {
        var found = await kubectl.RunAsync(["get", "secrets", "--namespace", @namespace, "--output", "name"], null, cancellationToken);
        var there = found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('/')[^1].Trim()).ToHashSet(StringComparer.Ordinal);
        var missing = required.Where(secret => !there.Contains(secret.Name)).Select(secret => (Secret: secret, Value: ValueOf(secret))).ToList();
        foreach (var (secret, value) in missing)
        {
            // "create", not "apply": should another have been faster, this fails and replaces nothing.
            await kubectl.RunAsync(["create", "--filename", "-"], Manifest(secret, value), cancellationToken);
        }

        return [.. missing.Select(m => m.Secret.Name)];
    }

    private string ValueOf(RequiredSecret secret)
    {
        var variable = $"Parameters__{secret.Name.Replace('-', '_')}";
        return Environment.GetEnvironmentVariable(variable) ?? state?.Find(secret.Name) ?? (secret.Generate is { } rule
            ? SecretValue.Generate(rule)
            : throw new AspirateException($"the secret '{secret.Name}' is missing in the cluster, and no value is generated for it: set the environment variable {variable}"));
    }

    private string Manifest(RequiredSecret secret, string value) => JsonSerializer.Serialize(new
    {
        apiVersion = "v1",
        kind = "Secret",
        metadata = new { name = secret.Name, @namespace },
        type = "Opaque",
        stringData = secret.Keys.ToDictionary(key => key, key => SecretValue.Under(key, value)),
    });
}
