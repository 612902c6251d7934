using System.Text.Json;
using Aspirate.Manifests;

namespace Aspirate.Secrets;

/// <summary>A Secret that workloads refer to, and how its value is made where there is none. It has no value in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Keys">Its keys: <c>value</c>, and <c>uri</c> for the encoded value where that is needed.</param>
/// <param name="Generate">How a value is made; <see langword="null"/> if it has to be given.</param>
internal sealed record RequiredSecret(string Name, IReadOnlyList<string> Keys, GenerationRule? Generate)
{
    /// <summary>The file beside the manifests in which all of them are.</summary>
    public const string FileName = "required-secrets.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static IReadOnlyList<RequiredSecret> Of(Manifest manifest, IEnumerable<Workload> workloads) =>
        [.. workloads.SelectMany(w => w.Secrets).Select(s => s.Secret)
            .GroupBy(s => s.Parameter, (name, parts) => new RequiredSecret(
                name,
                [.. parts.Select(p => p.Key).Append(SecretPart.ValueKey).Distinct().OrderDescending(StringComparer.Ordinal)],
                manifest[name].Inputs.Values.First().Default?.Generate))
            .OrderBy(s => s.Name, StringComparer.Ordinal)];

    public static IReadOnlyList<RequiredSecret> Read(string text) => JsonSerializer.Deserialize<List<RequiredSecret>>(text, Json)!;

    public static string Write(IReadOnlyList<RequiredSecret> secrets) => JsonSerializer.Serialize(secrets, Json) + "\n";

    /// <summary>Reads the file of this folder, or of the nearest one above it.</summary>
    public static async Task<(string Folder, IReadOnlyList<RequiredSecret> Secrets)> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        for (var at = new DirectoryInfo(Path.GetFullPath(folder)); at is not null; at = at.Parent)
        {
            var file = Path.Combine(at.FullName, FileName);
            if (File.Exists(file))
            {
                return (at.FullName, Read(await File.ReadAllTextAsync(file, cancellationToken)));
            }
        }

        throw new AspirateException($"'{folder}' holds no manifests: there is no {FileName} in it or above it");
    }
}
