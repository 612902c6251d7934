using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Primitives;

namespace Godzilla.Gateway.Sessions;

/// <summary>Finds the session's token among the cookies, without a dictionary of them all.</summary>
internal static class SessionCookie
{
    private const string Prefix = SessionToken.Cookie + "=";

    /// <returns>The value of the first cookie of that name; empty if there is none.</returns>
    public static ReadOnlySpan<char> Find(StringValues headers)
    {
        foreach (var header in headers)
        {
            var rest = header.AsSpan();
            while (!rest.IsEmpty)
            {
                var end = rest.IndexOf(';');
                var cookie = (end < 0 ? rest : rest[..end]).Trim(' ');
                if (cookie.StartsWith(Prefix, StringComparison.Ordinal))
                {
                    return cookie[Prefix.Length..];
                }

                rest = end < 0 ? [] : rest[(end + 1)..];
            }
        }

        return [];
    }
}
