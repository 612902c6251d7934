using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Godzilla.Gateway.Forwarding.Http1;

namespace Godzilla.Fuzz.Targets;

/// <summary>A body in chunks, which a service sends to the gateway over a socket, compared with what RFC 9112, section 7.1, says that it is.</summary>
internal static class Http1BodyTarget
{
    // The gateway reads no longer line, nor a size of more digits.
    private const int MaxLine = 1024;
    private const int MaxDigits = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly ResponseFraming Chunked = new(200, IsChunked: true, ContentLength: null, KeepsConnection: true);
    private static readonly Lazy<TcpListener> Listener = new(() =>
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    });

    public static Target Target { get; } = new("http1-body", Feed, "\r\n", "0\r\n\r\n", "5\r\nhello\r\n", ";a=b", "ffffffff", "0x", "+", "-1", "X-Sum: 1\r\n");

    private static void Feed(ReadOnlySpan<byte> input)
    {
        var (expected, isLong) = Decode(input);
        var copied = CopyAsync(input.ToArray()).GetAwaiter().GetResult();
        if (copied is null)
        {
            Rule.Holds(expected is null || isLong, "a whole body is passed on");
        }
        else
        {
            Rule.Holds(expected is not null && copied.AsSpan().SequenceEqual(expected), "a body is what its chunks hold, and no other is passed on as whole");
        }
    }

    private static async Task<byte[]?> CopyAsync(byte[] input)
    {
        var port = ((IPEndPoint)Listener.Value.LocalEndpoint).Port;
        using var connection = new UpstreamConnection("127.0.0.1", port, TimeProvider.System);
        await connection.ConnectAsync(CancellationToken.None);
        using (var service = await Listener.Value.AcceptSocketAsync())
        {
            await service.SendAsync(input);
        }

        var client = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        try
        {
            await ResponseBody.CopyAsync(connection, Chunked, client.Writer, Patience);
        }
        catch (UpstreamException)
        {
            return null;
        }

        await client.Writer.CompleteAsync();
        using var body = new MemoryStream();
        await client.Reader.CopyToAsync(body);
        return body.ToArray();
    }

    /// <returns>The body, or <see langword="null"/> if it is malformed or ends early; and whether there is a line that may be too long.</returns>
    private static (byte[]? Body, bool IsLong) Decode(ReadOnlySpan<byte> input)
    {
        var body = new List<byte>();
        var isLong = false;
        while (true)
        {
            var end = input.IndexOf("\r\n"u8);
            isLong |= end >= MaxLine - 1;
            if (end < 0 || SizeOf(input[..end]) is not { } size)
            {
                return (null, isLong);
            }

            input = input[(end + 2)..];
            if (size == 0)
            {
                break;
            }

            if (size > input.Length - 2 || !input.Slice((int)size, 2).SequenceEqual("\r\n"u8))
            {
                return (null, isLong);
            }

            body.AddRange(input[..(int)size]);
            input = input[((int)size + 2)..];
        }

        for (int end; (end = input.IndexOf("\r\n"u8)) != 0; input = input[(end + 2)..])
        {
            isLong |= end >= MaxLine - 1;
            if (end < 0)
            {
                return (null, isLong);
            }
        }

        return ([.. body], isLong);
    }

    private static long? SizeOf(ReadOnlySpan<byte> line)
    {
        var digits = line[..(line.IndexOf((byte)';') is var extension and >= 0 ? extension : line.Length)].TrimEnd(" \t"u8);
        var size = 0L;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return null;
            }

            size = (size * 16) + Convert.ToInt32(((char)digit).ToString(), 16);
        }

        return digits.Length is > 0 and <= MaxDigits ? size : null;
    }
}
