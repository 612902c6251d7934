using System.Text.RegularExpressions;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Chat.Assistant;

/// <summary>How the assistant is named in a text.</summary>
internal static partial class AssistantName
{
    /// <summary>Whether a text asks the assistant: <c>@assistant</c> as a word of its own, in any case.</summary>
    public static bool IsIn(string text) => Mention().IsMatch(text);

    // Not within an e-mail address, nor as the beginning of another name.
    [GeneratedRegex($@"(?<![\w@.+-])@{ReservedNames.Assistant}(?![\w@-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mention();
}
