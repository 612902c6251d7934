using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Godzilla.Accounts.Users;

/// <summary>The rule for e-mail addresses. Nobody checks that one belongs to who gives it: it is only another name for signing in.</summary>
internal static partial class EmailRule
{
    /// <summary>The rule, as text for error messages.</summary>
    internal const string InWords = "an e-mail address of at most 254 characters";

    private const int MaxLength = 254;

    /// <summary>Whether an address can be registered: printable ASCII, with one @ that has something on both sides.</summary>
    internal static bool IsMetBy([NotNullWhen(true)] string? email) => email is { Length: <= MaxLength } && Shape().IsMatch(email);

    [GeneratedRegex(@"^[!-?A-~]+@[!-?A-~]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
