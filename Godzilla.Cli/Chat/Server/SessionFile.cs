using System.Text.Json;

namespace Godzilla.Cli.Chat.Server;

/// <summary>A session of HTTPie, such as <c>http --session=./mothra.json …/user/login</c> writes.</summary>
internal static class SessionFile
{
    /// <summary>Finds the session's token among the cookies: a list, or an object in files before HTTPie 3.1.</summary>
    /// <returns>The token, or <see langword="null"/> if there is none.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static string? ReadToken(string path)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(path));
        if (file.RootElement.ValueKind != JsonValueKind.Object || !file.RootElement.TryGetProperty("cookies", out var cookies))
        {
            return null;
        }

        var cookie = cookies.ValueKind switch
        {
            JsonValueKind.Array => cookies.EnumerateArray().LastOrDefault(IsToken),
            JsonValueKind.Object when cookies.TryGetProperty(Session.Cookie, out var named) => named,
            _ => default,
        };
        var token = cookie.ValueKind == JsonValueKind.Object && cookie.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

        // It goes into a header.
        return token is { Length: > 0 } && token.All(c => c is > ' ' and < '\u007f' and not ';' and not ',') ? token : null;
    }

    private static bool IsToken(JsonElement cookie) =>
        cookie.ValueKind == JsonValueKind.Object && cookie.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() == Session.Cookie;
}
