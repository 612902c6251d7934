using System.Text;
using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Tokens;
using Godzilla.Accounts.Users;

namespace Godzilla.Fuzz.Targets;

/// <summary>Names and tokens that people send to Accounts.</summary>
internal static class AccountsTargets
{
    public static IReadOnlyList<Target> All { get; } =
    [
        new("account-fields", Fields, "gzr_", "000000000000000000000000", " ", "\u00a0", "\u200f"),
    ];

    private static void Fields(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (DisplayName.TryParse(text, out var name))
        {
            Rule.Holds(name.Length is > 0 and <= 64 && name.Trim() == name && !name.Any(char.IsControl), "a name is one short line");
        }

        if (RefreshToken.TryRead(text, out var family, out var hash))
        {
            Rule.Holds(hash.Length == 64 && family.ToByteArray().Length == 12, "a token has a family and a hash");
        }

        _ = AuditPage.TryParse(text, text.Length, out _, out _);
    }
}
