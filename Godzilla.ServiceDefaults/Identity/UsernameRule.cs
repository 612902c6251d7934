using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>The rule for usernames. A name travels in headers, Redis keys and queries, so it has no characters with a meaning there.</summary>
public static partial class UsernameRule
{
    /// <summary>The rule as text for error messages.</summary>
    public const string InWords = "1 to 64 letters, digits or _ . - @ +";

    /// <summary>Whether a name keeps the rule.</summary>
    /// <param name="name">The name.</param>
    /// <returns><see langword="true"/> for 1 to 64 ASCII letters, digits or <c>_ . - @ +</c>.</returns>
    public static bool IsMetBy([NotNullWhen(true)] string? name) => name is not null && Shape().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9_.@+-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
