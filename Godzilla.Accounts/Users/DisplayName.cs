using System.Diagnostics.CodeAnalysis;

namespace Godzilla.Accounts.Users;

/// <summary>The rule for names that people read: a user's display name, an API key's name.</summary>
internal static class DisplayName
{
    /// <summary>The rule as text for error messages.</summary>
    public const string InWords = "1 to 64 characters, without control characters";

    private const int MaxLength = 64;

    /// <summary>Trims a name. Lone surrogates are refused when the JSON is read.</summary>
    /// <returns><see langword="true"/> if what is left keeps the rule.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out string? name)
    {
        name = text?.Trim();
        if (name is { Length: > 0 and <= MaxLength } && !name.Any(char.IsControl))
        {
            return true;
        }

        name = null;
        return false;
    }
}
