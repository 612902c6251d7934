using Microsoft.Extensions.Primitives;

namespace Godzilla.Gateway.Headers;

/// <summary>Makes <c>User-Agent</c> a header that arrives as it was sent: one value of printable ASCII, not longer than services keep.</summary>
internal static class UserAgent
{
    private const int MaxLength = 256;

    internal static void Clean(IHeaderDictionary headers)
    {
        var sent = headers.UserAgent;
        if (sent.Count > 0 && !(sent.Count == 1 && IsClean(sent[0]!)))
        {
            headers.UserAgent = Cleaned(sent);
        }
    }

    private static bool IsClean(string value) =>
        value.Length is > 0 and <= MaxLength && value[0] != ' ' && value[^1] != ' ' && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static StringValues Cleaned(StringValues sent)
    {
        var text = string.Concat(sent.ToString().Take(MaxLength).Select(c => c is >= ' ' and <= '~' ? c : '?')).Trim(' ');
        return text.Length > 0 ? text : StringValues.Empty;
    }
}
