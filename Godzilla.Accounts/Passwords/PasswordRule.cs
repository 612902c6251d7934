using System.Diagnostics.CodeAnalysis;

namespace Godzilla.Accounts.Passwords;

/// <summary>The rule for passwords when they are set. A sign-in does not apply it: older passwords go on working.</summary>
internal static class PasswordRule
{
    internal const string InWords = "8 to 128 characters";

    private const int MinLength = 8;
    private const int MaxLength = 128;

    /// <summary>Whether a password keeps the rule. A character outside the basic plane counts once.</summary>
    internal static bool IsMetBy([NotNullWhen(true)] string? password)
    {
        if (password is null)
        {
            return false;
        }

        var length = 0;
        foreach (var _ in password.EnumerateRunes())
        {
            length++;
        }

        return length is >= MinLength and <= MaxLength;
    }
}
