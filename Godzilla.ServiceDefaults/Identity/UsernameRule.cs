using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>
/// The rules for usernames. A name travels in headers, Redis keys and queries, so it has no characters with a meaning there. Names that
/// were registered under an older rule go on working.
/// </summary>
public static partial class UsernameRule
{
    /// <summary>The rule for a name that may exist, as text for error messages.</summary>
    public const string InWords = "1 to 64 letters, digits or _ . - @ +";

    /// <summary>The rule for a new name, as text for error messages.</summary>
    public const string RegistrationInWords = "1 to 32 letters, digits or _ - .";

    /// <summary>Whether a name may exist.</summary>
    /// <param name="name">The name.</param>
    /// <returns><see langword="true"/> for 1 to 64 ASCII letters, digits or <c>_ . - @ +</c>.</returns>
    public static bool IsMetBy([NotNullWhen(true)] string? name) => name is not null && Shape().IsMatch(name);

    /// <summary>Whether a name may be registered.</summary>
    /// <param name="name">The name.</param>
    /// <returns><see langword="true"/> for 1 to 32 ASCII letters, digits or <c>_ - .</c>.</returns>
    public static bool CanBeRegistered([NotNullWhen(true)] string? name) => name is not null && NewShape().IsMatch(name);

    /// <summary>What two names that differ only in the case of ASCII letters have in common.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name with small ASCII letters.</returns>
    public static string KeyOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Create(name.Length, name, static (key, name) =>
        {
            for (var i = 0; i < key.Length; i++)
            {
                key[i] = char.IsAsciiLetterUpper(name[i]) ? (char)(name[i] | 0x20) : name[i];
            }
        });
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.@+-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NewShape();
}
