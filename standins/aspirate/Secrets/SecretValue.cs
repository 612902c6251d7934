using System.Security.Cryptography;
using Aspirate.Manifests;

namespace Aspirate.Secrets;

/// <summary>Makes secret values, with the characters that Aspire uses.</summary>
internal static class SecretValue
{
    private const string LowerCharacters = "abcdefghijkmnpqrstuvwxyz";
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    public static string Generate(GenerationRule rule)
    {
        var (value, all) = (new List<char>(), "");
        Take(rule.Lower, rule.MinLower, LowerCharacters);
        Take(rule.Upper, rule.MinUpper, UpperCharacters);
        Take(rule.Numeric, rule.MinNumeric, NumericCharacters);
        Take(rule.Special, rule.MinSpecial, SpecialCharacters);
        if (all.Length == 0)
        {
            throw new AspirateException("a secret that is generated needs at least one kind of character");
        }

        value.AddRange(RandomNumberGenerator.GetItems<char>(all, Math.Max(0, rule.MinLength - value.Count)));
        var characters = value.ToArray();
        RandomNumberGenerator.Shuffle<char>(characters);
        return new string(characters);

        void Take(bool isUsed, int minimum, string characters)
        {
            if (isUsed)
            {
                all += characters;
                value.AddRange(RandomNumberGenerator.GetItems<char>(characters, minimum));
            }
        }
    }

    /// <summary>The value under a key of its Secret.</summary>
    public static string Under(string key, string value) => key == SecretPart.ValueKey ? value : Uri.EscapeDataString(value);
}
