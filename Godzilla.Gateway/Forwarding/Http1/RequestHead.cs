using System.Buffers;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>The head of a request, as bytes.</summary>
internal sealed class RequestHead
{
    private const int UsualSize = 1024;

    // What a path may hold unescaped (RFC 3986, section 3.3); what a query that a server received may hold.
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("!$&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\r\n\0");

    private readonly ArrayBufferWriter<byte> _bytes = new(UsualSize);

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>For what is signed. It ends before <see cref="End"/> is called.</summary>
    public IBufferWriter<byte> Lines => _bytes;

    /// <summary>Whether a request's target can be written as it is.</summary>
    public static bool IsPlain(HttpRequest request) =>
        request.Path.Value is { Length: > 0 } path
        && !path.AsSpan().ContainsAnyExcept(PathCharacters)
        && !request.QueryString.Value.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Starts anew: the request line and the client's headers that are for the service.</summary>
    /// <param name="request">A request that <see cref="IsPlain"/>.</param>
    /// <param name="host">The service's host and port.</param>
    /// <param name="dropsCookies">Whether the service must not see them.</param>
    /// <param name="contentLength">The length of the body, or <see langword="null"/> if there is none.</param>
    public void Start(HttpRequest request, string host, bool dropsCookies, long? contentLength)
    {
        _bytes.ResetWrittenCount();
        Add(request.Method);
        Add(" "u8);
        Add(request.Path.Value!);
        Add(request.QueryString.Value ?? "");
        Add(" HTTP/1.1\r\nHost: "u8);
        Add(host);
        Add("\r\n"u8);
        foreach (var (name, values) in request.Headers)
        {
            if (!IsDropped(name, dropsCookies))
            {
                AddHeader(name, values);
            }
        }

        if (contentLength is { } length)
        {
            Add("Content-Length: "u8);
            length.TryFormat(_bytes.GetSpan(20), out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
            _bytes.Advance(written);
            Add("\r\n"u8);
        }

        AddTrace(Activity.Current);
    }

    public void End() => Add("\r\n"u8);

    // By length first: of a request's headers, few get past that.
    private static bool IsDropped(string name, bool dropsCookies) => name.Length switch
    {
        4 => Is(name, HeaderNames.Host),
        6 => (dropsCookies && Is(name, HeaderNames.Cookie)) || Is(name, HeaderNames.Expect),
        13 => Is(name, HeaderNames.Authorization),
        14 => Is(name, HeaderNames.ContentLength) || HopByHop.Contains(name),
        _ => HopByHop.Contains(name) || IsTrace(name) || name[0] == ':',
    };

    private static bool IsTrace(string name) => name.Length switch
    {
        7 => Is(name, HeaderNames.Baggage),
        10 => Is(name, HeaderNames.TraceState) || Is(name, HeaderNames.RequestId),
        11 => Is(name, HeaderNames.TraceParent),
        19 => Is(name, HeaderNames.CorrelationContext),
        _ => false,
    };

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private void AddHeader(string name, StringValues values)
    {
        foreach (var value in values)
        {
            // Servers refuse these in requests. If one ever does not, they would start a header of their own here.
            if (value is null || value.AsSpan().ContainsAny(LineBreaks))
            {
                continue;
            }

            Add(name);
            Add(": "u8);
            Add(value);
            Add("\r\n"u8);
        }
    }

    // https://www.w3.org/TR/trace-context/#traceparent-header
    private void AddTrace(Activity? activity)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C })
        {
            return;
        }

        Add("traceparent: 00-"u8);
        Add(activity.TraceId.ToHexString());
        Add("-"u8);
        Add(activity.SpanId.ToHexString());
        Add(activity.Recorded ? "-01\r\n"u8 : "-00\r\n"u8);
        if (activity.TraceStateString is { Length: > 0 } state)
        {
            AddHeader(HeaderNames.TraceState, state);
        }
    }

    private void Add(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    private void Add(string text)
    {
        var span = _bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        _bytes.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
