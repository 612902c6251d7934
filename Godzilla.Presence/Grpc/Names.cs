namespace Godzilla.Presence.Grpc;

/// <summary>The rules for names and ids: the state joins them with spaces and line breaks.</summary>
internal static class Names
{
    private const int MaxLength = 128;

    /// <returns>What is wrong, beginning with the field; <see langword="null"/> if nothing is.</returns>
    public static string? ErrorOf(string field, string value, bool mayBeEmpty)
    {
        if (value.Length == 0)
        {
            return mayBeEmpty ? null : $"{field} is required";
        }

        return value.Length > MaxLength || HasSpace(value)
            ? $"{field} must be at most {MaxLength} characters without white space"
            : null;
    }

    /// <summary>Connections without an id have such names in the state.</summary>
    public static string? ErrorOfConnection(string connectionId) =>
        connectionId.StartsWith('~') ? "connection_id must not begin with ~" : null;

    private static bool HasSpace(string value)
    {
        foreach (var character in value)
        {
            if (char.IsWhiteSpace(character) || char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
