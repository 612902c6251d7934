using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inference.Bench;

/// <summary>Sends one request after the other over one connection that stays open, on the thread that calls it: nothing of its own to wait for.</summary>
internal sealed class Caller : IDisposable
{
    private readonly int _port;
    private readonly byte[] _request;
    private readonly byte[] _received = new byte[256 * 1024];
    private Socket _socket = null!;

    public Caller(int port, string body, params IEnumerable<(string Name, string Value)> headers)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        _request = Encoding.ASCII.GetBytes($"{head}\r\n{body}");
        _port = port;
        Open();
    }

    /// <summary>What came last, its head included.</summary>
    public string Received { get; private set; } = "";

    /// <summary>Opens a new connection: servers close one that rests.</summary>
    public void Open()
    {
        _socket?.Dispose();
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 5000 };
        _socket.Connect(IPAddress.Loopback, _port);
    }

    /// <returns>The times to the first byte of the answer's body and to its end, in milliseconds.</returns>
    /// <param name="keep">Whether <see cref="Received"/> is needed.</param>
    public (double First, double Whole) Call(bool keep = false)
    {
        var start = Stopwatch.GetTimestamp();
        _socket.Send(_request);
        var (length, body, first) = (0, 0, 0.0);
        while (body == 0 || length == body || !IsWhole(length, body))
        {
            var read = _socket.Receive(_received.AsSpan(length));
            if (read == 0)
            {
                throw new InvalidOperationException($"The connection has ended: {Encoding.UTF8.GetString(_received, 0, length)}");
            }

            length += read;
            if (body == 0 && _received.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                body = end + 4;
            }

            if (first == 0 && body > 0 && length > body)
            {
                first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        var whole = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (!_received.AsSpan().StartsWith("HTTP/1.1 200"u8) || keep)
        {
            Received = Encoding.UTF8.GetString(_received, 0, length);
        }

        return _received.AsSpan().StartsWith("HTTP/1.1 200"u8) ? (first, whole) : throw new InvalidOperationException(Received);
    }

    public void Dispose() => _socket.Dispose();

    private bool IsWhole(int length, int body)
    {
        var head = _received.AsSpan(0, body);
        var content = _received.AsSpan(body, length - body);
        var name = "content-length: "u8;
        for (var line = head; line.Length > 0; line = line[(line.IndexOf((byte)'\n') + 1)..])
        {
            if (line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name))
            {
                return Utf8Parser.TryParse(line[name.Length..], out int size, out _) && content.Length >= size;
            }
        }

        return content.EndsWith("\r\n0\r\n\r\n"u8);
    }
}
