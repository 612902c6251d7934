using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Godzilla.Tests.System.Gateway;

/// <summary>A connection on which a test writes what no HTTP client would.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Stream _stream;

    private RawConnection(Uri server)
    {
        _socket.Connect(server.Host, server.Port);
        _stream = new NetworkStream(_socket);
    }

    public static RawConnection Open(Uri server) => new(server);

    /// <summary>Sends a text and reads one answer.</summary>
    public static async Task<Answer> AskAsync(Uri server, string request)
    {
        using var connection = Open(server);
        await connection.WriteAsync(request);
        return await connection.ReadAsync();
    }

    /// <summary>Writes; that the server closes meanwhile is no failure of the test.</summary>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> WriteAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        try
        {
            await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), limit.Token);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Reads one answer: its status, headers and body. The status is 0 if the server closes the connection without one.</summary>
    public async Task<Answer> ReadAsync()
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        var head = new StringBuilder();
        try
        {
            while (!head.EndsWith("\r\n\r\n"))
            {
                if (await ReadByteAsync(limit.Token) is not { } read)
                {
                    return new Answer(0, head.ToString(), "");
                }

                head.Append(read);
            }

            var text = head.ToString();
            var status = int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture);
            var body = status is 100 or 101 or 204 ? "" : await ReadBodyAsync(text.ToLowerInvariant(), limit.Token);
            return new Answer(status, text, body);
        }
        catch (IOException)
        {
            return new Answer(0, head.ToString(), "");
        }
    }

    /// <summary>Waits until the server has closed the connection.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        try
        {
            while (await ReadByteAsync(limit.Token) is not null)
            {
            }
        }
        catch (IOException)
        {
            // Reset: closed too.
        }

        return true;
    }

    /// <summary>Ends the connection as a process that dies ends it.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task<string> ReadBodyAsync(string head, CancellationToken cancellationToken)
    {
        const string Length = "content-length: ";
        if (head.Contains("transfer-encoding: chunked", StringComparison.Ordinal))
        {
            var chunked = new StringBuilder();
            while (!chunked.EndsWith("0\r\n\r\n"))
            {
                chunked.Append(await ReadByteAsync(cancellationToken) ?? throw new IOException("The answer is cut off."));
            }

            return chunked.ToString();
        }

        var start = head.IndexOf(Length, StringComparison.Ordinal);
        var length = start < 0 ? 0 : int.Parse(head.AsSpan(start + Length.Length, head.IndexOf('\r', start) - start - Length.Length), CultureInfo.InvariantCulture);
        var body = new byte[length];
        await _stream.ReadExactlyAsync(body, cancellationToken);
        return Encoding.UTF8.GetString(body);
    }

    private async Task<char?> ReadByteAsync(CancellationToken cancellationToken)
    {
        var one = new byte[1];
        return await _stream.ReadAsync(one, cancellationToken) == 0 ? null : (char)one[0];
    }

    /// <summary>What came back.</summary>
    internal sealed record Answer(int Status, string Head, string Body);
}

internal static class StringBuilderExtensions
{
    public static bool EndsWith(this StringBuilder builder, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (builder.Length < text.Length || builder[builder.Length - text.Length + i] != text[i])
            {
                return false;
            }
        }

        return true;
    }
}
