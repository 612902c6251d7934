using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

internal static class ResourceNames
{
    private const string SuffixCharacters = "abcdefghjkmnpqrstuvwxyz";

    public static void Validate(string name, string what = "Resource")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var wellFormed = name.Length <= 64
            && char.IsAsciiLetter(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            && !name.Contains("--", StringComparison.Ordinal)
            && name[^1] != '-';

        if (!wellFormed)
        {
            throw new ArgumentException(
                $"{what} name '{name}' is invalid: it takes 1 to 64 ASCII letters, digits and single hyphens, starting with a letter and not ending with a hyphen.",
                nameof(name));
        }
    }

    /// <summary>Eight random letters that tell one run's instance of a resource from another's.</summary>
    public static string NewInstanceSuffix() => RandomNumberGenerator.GetString(SuffixCharacters, 8);

    /// <summary>Replaces characters that environment variables' names must not have.</summary>
    public static string ToEnvironmentName(string name)
    {
        if (name.Length == 0)
        {
            return name;
        }

        var encoded = new StringBuilder(name.Length + 1);
        if (char.IsAsciiDigit(name[0]))
        {
            encoded.Append('_');
        }

        foreach (var c in name)
        {
            encoded.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return encoded.ToString();
    }
}
