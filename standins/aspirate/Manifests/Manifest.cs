using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aspirate.Manifests;

/// <summary>An Aspire app host's manifest: its resources by name, in its order.</summary>
internal sealed record Manifest([property: JsonPropertyName("resources")] Dictionary<string, ManifestResource> Resources)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static async Task<Manifest> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync<Manifest>(stream, Json, cancellationToken) is { Resources: not null } manifest
                ? manifest
                : throw new AspirateException($"'{path}' is no manifest of an app host: it has no resources");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new AspirateException($"the manifest cannot be read: {exception.Message}", exception);
        }
    }

    public ManifestResource this[string name] =>
        Resources.GetValueOrDefault(name) ?? throw new AspirateException($"the manifest refers to '{name}', and there is no resource of that name in it");
}

/// <summary>One resource; which properties it has depends on its type.</summary>
internal sealed record ManifestResource
{
    public required string Type { get; init; }

    public string? Path { get; init; }

    public string? Image { get; init; }

    public string? Entrypoint { get; init; }

    public IReadOnlyList<string> Args { get; init; } = [];

    public IReadOnlyList<ManifestVolume> Volumes { get; init; } = [];

    public Dictionary<string, string> Env { get; init; } = [];

    public Dictionary<string, ManifestBinding> Bindings { get; init; } = [];

    public string? ConnectionString { get; init; }

    public string? Value { get; init; }

    /// <summary>Of an <c>annotated.string</c>: how its value is encoded.</summary>
    public string? Filter { get; init; }

    public Dictionary<string, ManifestInput> Inputs { get; init; } = [];

    [JsonIgnore]
    public bool IsProject => Type is "project.v0" or "project.v1";

    [JsonIgnore]
    public bool IsContainer => Type is "container.v0" or "container.v1";
}

internal sealed record ManifestVolume(string Name, string Target, bool ReadOnly);

internal sealed record ManifestBinding(string Scheme, string Protocol, string Transport, int? Port, int? TargetPort, bool External);

internal sealed record ManifestInput(bool Secret, ManifestDefault? Default);

internal sealed record ManifestDefault(GenerationRule? Generate, string? Value);

/// <summary>How a secret value is made.</summary>
internal sealed record GenerationRule
{
    public int MinLength { get; init; } = 22;

    public bool Lower { get; init; } = true;

    public bool Upper { get; init; } = true;

    public bool Numeric { get; init; } = true;

    public bool Special { get; init; } = true;

    public int MinLower { get; init; }

    public int MinUpper { get; init; }

    public int MinNumeric { get; init; }

    public int MinSpecial { get; init; }
}
