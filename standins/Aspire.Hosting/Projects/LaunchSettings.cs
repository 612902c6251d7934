using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aspire.Hosting;

/// <summary>A project's <c>Properties/launchSettings.json</c>.</summary>
internal sealed record LaunchSettings([property: JsonPropertyName("profiles")] Dictionary<string, LaunchProfile>? Profiles)
{
    private static readonly JsonSerializerOptions Json = new() { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The profiles of the project in a directory, in the file's order.</summary>
    public static Dictionary<string, LaunchProfile> ReadProfiles(string projectDirectory)
    {
        var file = Path.Combine(projectDirectory, "Properties", "launchSettings.json");
        if (!File.Exists(file))
        {
            return [];
        }

        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize<LaunchSettings>(stream, Json)?.Profiles ?? [];
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException($"'{file}' is not valid JSON: {exception.Message}", exception);
        }
    }
}

internal sealed record LaunchProfile(
    [property: JsonPropertyName("commandName")] string? CommandName,
    [property: JsonPropertyName("commandLineArgs")] string? CommandLineArgs,
    [property: JsonPropertyName("applicationUrl")] string? ApplicationUrl,
    [property: JsonPropertyName("environmentVariables")] Dictionary<string, string>? EnvironmentVariables);
