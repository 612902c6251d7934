using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>How a response's body ends, and whether the connection outlives it (RFC 9112, section 6.3).</summary>
internal readonly record struct ResponseFraming(int Status, bool IsChunked, long? ContentLength, bool KeepsConnection);

/// <summary>Reads the head of a response. It is strict: a service is ours, and what is doubtful must not reach another client.</summary>
internal static class ResponseHead
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"u8);

    // Those that services send, so that no string is made of them.
    private static readonly string[] Known =
    [
        HeaderNames.CacheControl, HeaderNames.Connection, HeaderNames.ContentEncoding, HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.Date,
        HeaderNames.ETag, HeaderNames.Expires, HeaderNames.LastModified, HeaderNames.Link, HeaderNames.Location, HeaderNames.Pragma,
        HeaderNames.RetryAfter, HeaderNames.Server, HeaderNames.SetCookie, HeaderNames.TransferEncoding, HeaderNames.Vary,
    ];

    /// <summary>The length of the head at the front of what was received, with its empty line; 0 if it is not complete.</summary>
    public static int LengthOf(ReadOnlySpan<byte> received) => received.IndexOf("\r\n\r\n"u8) + 4 is var length and > 3 ? length : 0;

    /// <summary>The status, from the first line.</summary>
    /// <exception cref="UpstreamException">It is no status line of HTTP/1.0 or 1.1.</exception>
    public static int StatusOf(ReadOnlySpan<byte> head) =>
        head.Length > 13
        && (head.StartsWith("HTTP/1.1 "u8) || head.StartsWith("HTTP/1.0 "u8))
        && head[12] is (byte)' ' or (byte)'\r'
        && Utf8Parser.TryParse(head.Slice(9, 3), out int status, out var used)
        && used == 3
        && status is >= 100 and < 600
            ? status
            : throw new UpstreamException("No HTTP/1.1 response.");

    /// <summary>Copies a head to the client's response, but for what is between the service and the gateway alone.</summary>
    /// <param name="head">A whole head.</param>
    /// <param name="response">The client's response.</param>
    /// <returns>What comes after it.</returns>
    /// <exception cref="UpstreamException">It is malformed.</exception>
    public static ResponseFraming Copy(ReadOnlySpan<byte> head, HttpResponse response)
    {
        var status = StatusOf(head);
        var keeps = head[7] == (byte)'1';
        var isChunked = false;
        long? length = null;
        string? options = null;
        response.StatusCode = status;
        var lines = head[(head.IndexOf("\r\n"u8) + 2)..^2];
        while (lines.Length > 0)
        {
            var end = lines.IndexOf("\r\n"u8);
            var name = Split(lines[..end], out var value);
            lines = lines[(end + 2)..];
            switch (name)
            {
                case "Content-Length":
                    length = LengthOf(value, length);
                    break;
                case "Transfer-Encoding":
                    isChunked = Is(value, "chunked"u8) ? true : throw new UpstreamException("A transfer encoding other than chunked.");
                    break;
                case "Connection":
                    // Whatever else it says is rare, and costs a connection.
                    keeps = Is(value, "keep-alive"u8);
                    options = Encoding.ASCII.GetString(value);
                    break;
                case "Date" or "Server":
                    // The gateway adds a date of its own, and says nothing of servers.
                    break;
                default:
                    if (!HopByHop.Contains(name))
                    {
                        response.Headers.Append(name, Encoding.ASCII.GetString(value));
                    }

                    break;
            }
        }

        foreach (var name in options?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            response.Headers.Remove(name);
        }

        if (isChunked && length is not null)
        {
            throw new UpstreamException("Both a content length and a transfer encoding.");
        }

        if (status is not (204 or 304))
        {
            response.ContentLength = length;
        }

        return new ResponseFraming(status, isChunked, length, keeps && (isChunked || length is not null || !CanHaveBody(response.HttpContext.Request.Method, status)));
    }

    /// <summary>Whether a body can follow at all.</summary>
    public static bool CanHaveBody(string method, int status) => !HttpMethods.IsHead(method) && status is not (204 or 304);

    private static string Split(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(NameBytes))
        {
            throw new UpstreamException("A malformed header.");
        }

        value = line[(colon + 1)..].Trim(" \t"u8);
        return value.ContainsAnyExceptInRange((byte)' ', (byte)'~') && HasControls(value)
            ? throw new UpstreamException("A malformed header value.")
            : NameOf(line[..colon]);
    }

    private static bool HasControls(ReadOnlySpan<byte> value)
    {
        foreach (var octet in value)
        {
            if (octet is (< (byte)' ' and not (byte)'\t') or > (byte)'~')
            {
                return true;
            }
        }

        return false;
    }

    private static string NameOf(ReadOnlySpan<byte> name)
    {
        foreach (var known in Known)
        {
            if (known.Length == name.Length && Ascii.EqualsIgnoreCase(name, known))
            {
                return known;
            }
        }

        return Encoding.ASCII.GetString(name);
    }

    private static long LengthOf(ReadOnlySpan<byte> value, long? before) =>
        Utf8Parser.TryParse(value, out ulong length, out var used) && used == value.Length && length <= long.MaxValue
            && value[0] != (byte)'+' && (before is null || before == (long)length)
            ? (long)length
            : throw new UpstreamException("A malformed content length.");

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> token) => Ascii.EqualsIgnoreCase(value, token);
}
