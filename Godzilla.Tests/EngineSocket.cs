using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Godzilla.Tests;

/// <summary>A WebSocket to <c>/socket.io/</c> without a Socket.IO client: packet by packet, and with the close code.</summary>
internal sealed class EngineSocket : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[4 * 1024 * 1024];

    public WebSocketState State => _socket.State;

    /// <summary>Opens the WebSocket, and sends nothing.</summary>
    public static async Task<EngineSocket> OpenAsync(Uri gateway, string token, string query = "?EIO=4&transport=websocket", string? origin = null)
    {
        var socket = new EngineSocket();
        socket._socket.Options.SetRequestHeader("Cookie", $"auth_token={token}");
        socket._socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            socket._socket.Options.SetRequestHeader("Origin", origin);
        }

        using var limit = new CancellationTokenSource(TimeLimit);
        await socket._socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = "/socket.io/", Query = query }.Uri, limit.Token);
        return socket;
    }

    /// <summary>Opens it, connects to the namespace, and waits for the welcome.</summary>
    public static async Task<EngineSocket> ConnectAsync(Uri gateway, string token)
    {
        var socket = await OpenAsync(gateway, token);
        await socket.SendAsync("40");
        await socket.EventAsync("welcome", _ => true);
        return socket;
    }

    public Task SendAsync(string packet) => SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text);

    public Task SendAsync(byte[] bytes, WebSocketMessageType type, bool isEnd = true) =>
        _socket.SendAsync(bytes, type, isEnd, CancellationToken.None);

    /// <summary>Waits for the next packet.</summary>
    /// <returns>Its text, or <see langword="null"/> if the server has closed.</returns>
    public Task<string?> ReceiveAsync() => ReceiveAsync(TimeLimit);

    /// <summary>Waits for the next packet for some time, or <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    /// <returns>Its text, or <see langword="null"/> if the server has closed.</returns>
    public async Task<string?> ReceiveAsync(TimeSpan timeLimit)
    {
        using var limit = new CancellationTokenSource(timeLimit);
        var length = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (received.EndOfMessage)
            {
                return Encoding.UTF8.GetString(_buffer, 0, length);
            }
        }
    }

    /// <summary>Waits for a packet that matches; others are passed over.</summary>
    public async Task<string> ReceiveAsync(Func<string, bool> match)
    {
        var seen = new List<string>();
        while (await ReceiveAsync() is { } packet)
        {
            if (match(packet))
            {
                return packet;
            }

            seen.Add(packet);
        }

        throw new InvalidOperationException($"It was closed with {_socket.CloseStatus} after {string.Join(' ', seen)}");
    }

    /// <summary>Waits for an event that matches; other packets are passed over.</summary>
    /// <returns>The event's argument.</returns>
    public async Task<JsonElement> EventAsync(string name, Func<JsonElement, bool> match)
    {
        JsonElement argument = default;
        await ReceiveAsync(packet =>
        {
            if (!packet.StartsWith($"42[\"{name}\",", StringComparison.Ordinal))
            {
                return false;
            }

            argument = JsonSerializer.Deserialize<JsonElement>(packet[2..])[1];
            return match(argument);
        });
        return argument;
    }

    /// <summary>Sends an event and waits for its acknowledgement.</summary>
    /// <returns>The acknowledgement's argument.</returns>
    public async Task<JsonElement> AskAsync(string name, object argument)
    {
        await SendAsync($"427{JsonSerializer.Serialize(new[] { name, argument })}");
        var ack = await ReceiveAsync(packet => packet.StartsWith("437[", StringComparison.Ordinal));
        return JsonSerializer.Deserialize<JsonElement>(ack[3..])[0];
    }

    /// <summary>Waits until the server closes it, and answers as a client does.</summary>
    /// <returns>The close code, and the last packet before it.</returns>
    public async Task<(WebSocketCloseStatus? Status, string? Description, string? Last)> ClosedAsync()
    {
        string? last = null;
        while (await ReceiveAsync() is { } packet)
        {
            last = packet;
        }

        if (_socket.State == WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }

        return (_socket.CloseStatus, _socket.CloseStatusDescription, last);
    }

    /// <summary>Leaves as a client does.</summary>
    public Task LeaveAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).WaitAsync(TimeLimit);

    /// <summary>Breaks it off.</summary>
    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();
}
