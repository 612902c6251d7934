using System.Text.Json;

namespace Aspirate.Commands;

/// <summary><c>aspirate.json</c> of the current folder: what <c>init</c> noted, and <c>generate</c> uses where an option is missing.</summary>
internal sealed record Settings(string? TemplatePath, string? ContainerRegistry, string? ContainerRepositoryPrefix, string? ImageTag)
{
    public const string FileName = "aspirate.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static Settings Read()
    {
        try
        {
            return File.Exists(FileName) ? JsonSerializer.Deserialize<Settings>(File.ReadAllText(FileName), Json)! : new(null, null, null, null);
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new AspirateException($"{FileName} cannot be read: {exception.Message}", exception);
        }
    }

    public void Write() => File.WriteAllText(FileName, JsonSerializer.Serialize(this, Json) + "\n");
}
