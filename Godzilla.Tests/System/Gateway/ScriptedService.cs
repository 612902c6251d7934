using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Godzilla.Tests.System.Gateway;

/// <summary>A service that answers with the bytes that a test wants, and says what it was sent. It is always healthy.</summary>
internal sealed class ScriptedService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<TcpClient, bool> _connections = new();

    public ScriptedService()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Answers a request, whose head and body it gets. It may close the connection.</summary>
    public Func<string, NetworkStream, Task> Answer { get; set; } = AnswerOkAsync;

    /// <summary>The requests so far, but for probes of its health.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>How many connections have brought a request.</summary>
    public int Connections => _connections.Count;

    /// <summary>How many connections have been closed by the other side before their request was answered.</summary>
    public int Abandoned { get; private set; }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public static Task SendAsync(NetworkStream stream, string bytes) => stream.WriteAsync(Encoding.Latin1.GetBytes(bytes)).AsTask();

    public void Reset()
    {
        _requests.Clear();
        _connections.Clear();
        Abandoned = 0;
        Answer = AnswerOkAsync;
    }

    /// <summary>Waits until the other side closes a connection.</summary>
    public async Task ClosedAsync(NetworkStream stream)
    {
        try
        {
            while (await stream.ReadAsync(new byte[16], _end.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset.
        }

        Abandoned++;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private static Task AnswerOkAsync(string request, NetworkStream stream) => SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            var stream = client.GetStream();
            while (await ReadAsync(stream) is { } request)
            {
                if (request.StartsWith("GET /health ", StringComparison.Ordinal))
                {
                    await SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    continue;
                }

                _connections[client] = true;
                _requests.Enqueue(request);
                await Answer(request, stream);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    // A request with its body, by Content-Length.
    private async Task<string?> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var octet = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(octet, _end.Token) == 0)
            {
                return null;
            }

            text.Append((char)octet[0]);
        }

        var header = text.ToString().Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        var body = new byte[header is null ? 0 : int.Parse(header["Content-Length: ".Length..], null)];
        await stream.ReadExactlyAsync(body, _end.Token);
        return text + Encoding.Latin1.GetString(body);
    }
}
