using System.Net.WebSockets;
using System.Text;

namespace Godzilla.Tests;

/// <summary>A WebSocket to the hub without a SignalR client, which would hide the close code.</summary>
internal sealed class RawSocket : IDisposable
{
    private const char EndOfFrame = (char)0x1e;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);
    private readonly ClientWebSocket _socket = new();
    private readonly bool _answersClose;
    private Task<(WebSocketCloseStatus? Status, string? Description)>? _closed;

    private RawSocket(bool answersClose) => _answersClose = answersClose;

    public WebSocketState State => _socket.State;

    /// <summary>Connects, and waits for the hub's welcome.</summary>
    public static async Task<RawSocket> ConnectAsync(Uri gateway, string token, bool answersClose = true)
    {
        var socket = new RawSocket(answersClose);
        socket._socket.Options.SetRequestHeader("Cookie", $"auth_token={token}");
        using var limit = new CancellationTokenSource(TimeLimit);
        await socket._socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = "/hubs/chat" }.Uri, limit.Token);
        await socket._socket.SendAsync(
            Encoding.UTF8.GetBytes($$"""{"protocol":"json","version":1}{{EndOfFrame}}"""), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        var welcomed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        socket._closed = socket.ReadAsync(welcomed);
        await welcomed.Task.WaitAsync(limit.Token);
        return socket;
    }

    /// <summary>Sends a message of SignalR's JSON protocol.</summary>
    /// <returns><see langword="false"/> if the socket is broken.</returns>
    public async Task<bool> SendAsync(string message)
    {
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes($"{message}{EndOfFrame}"), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            return true;
        }
        catch (Exception exception) when (exception is WebSocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>Waits until the server closes it, and answers as a browser does.</summary>
    public async Task<(WebSocketCloseStatus? Status, string? Description)> ClosedAsync() => await _closed!.WaitAsync(TimeLimit);

    public void Dispose() => _socket.Dispose();

    private async Task<(WebSocketCloseStatus? Status, string? Description)> ReadAsync(TaskCompletionSource welcomed)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                if (_answersClose)
                {
                    await _socket.CloseOutputAsync(_socket.CloseStatus!.Value, "", CancellationToken.None);
                }

                return (_socket.CloseStatus, _socket.CloseStatusDescription);
            }

            if (Encoding.UTF8.GetString(buffer, 0, received.Count).Contains("welcome", StringComparison.Ordinal))
            {
                welcomed.TrySetResult();
            }
        }
    }
}
