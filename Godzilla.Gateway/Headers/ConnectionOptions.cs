using Microsoft.Net.Http.Headers;

namespace Godzilla.Gateway.Headers;

/// <summary>Removes the headers that <c>Connection</c> names: they are for this hop only (RFC 9110, section 7.6.1).</summary>
internal static class ConnectionOptions
{
    internal static void Apply(IHeaderDictionary headers)
    {
        var connection = headers.Connection;
        if (connection.Count == 0 || (connection.Count == 1 && IsOption(connection[0])))
        {
            return;
        }

        foreach (var name in connection.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Those that the server itself, or the forwarder, needs and does not pass on.
            if (!IsOption(name) && !Is(name, HeaderNames.Host) && !Is(name, HeaderNames.ContentLength) && !Is(name, HeaderNames.TransferEncoding))
            {
                headers.Remove(name);
            }
        }
    }

    private static bool IsOption(string? value) => Is(value, "keep-alive") || Is(value, "close") || Is(value, "upgrade");

    private static bool Is(string? value, string other) => string.Equals(value, other, StringComparison.OrdinalIgnoreCase);
}
