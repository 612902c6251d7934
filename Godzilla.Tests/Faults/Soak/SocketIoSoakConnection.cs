using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;

namespace Godzilla.Tests.Faults.Soak;

/// <summary>Over Socket.IO.</summary>
internal sealed class SocketIoSoakConnection : ISoakConnection
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);
    private readonly EngineSocket _socket;
    private readonly Action<string, JsonElement> _receive;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private int _lastId;

    private SocketIoSoakConnection(EngineSocket socket, Action<string, JsonElement> receive)
    {
        (_socket, _receive) = (socket, receive);
        Closed = ReadAsync();
    }

    public Task Closed { get; }

    public static async Task<ISoakConnection> ConnectAsync(Uri gateway, string token, Action<string, JsonElement> receive) =>
        new SocketIoSoakConnection(await EngineSocket.ConnectAsync(gateway, token), receive);

    public Task<JsonElement> SendAsync(string room, string text, string clientId) =>
        AskAsync("send", new { discussion_id = room, text, client_id = clientId });

    public Task<JsonElement> JoinAsync(string room, long afterSeq, long afterRev) =>
        AskAsync("join", new { discussion_id = room, after_seq = afterSeq, after_rev = afterRev });

    public Task<JsonElement> EditAsync(string room, string id, string text) => AskAsync("edit", new { discussion_id = room, id, text });

    public Task<JsonElement> DeleteAsync(string room, string id) => AskAsync("delete", new { discussion_id = room, id });

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await Closed;
    }

    private async Task<JsonElement> AskAsync(string name, object argument)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        try
        {
            await WriteAsync(string.Create(CultureInfo.InvariantCulture, $"42{id}{JsonSerializer.Serialize(new[] { name, argument })}"));
            await Task.WhenAny(answer.Task, Closed).WaitAsync(TimeLimit);
            return !answer.Task.IsCompleted ? throw new SoakException("The connection has ended")
                : (await answer.Task) is var element && element.TryGetProperty("error", out var error) ? throw new SoakException(error.GetRawText())
                : element;
        }
        catch (Exception exception) when (exception is not SoakException)
        {
            throw new SoakException(exception.Message, exception);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    private async Task WriteAsync(string packet)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(packet);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _socket.ReceiveAsync(Timeout.InfiniteTimeSpan) is { } packet)
            {
                if (packet == "2")
                {
                    await WriteAsync("3");
                }
                else if (packet.StartsWith("42[", StringComparison.Ordinal))
                {
                    var content = JsonSerializer.Deserialize<JsonElement>(packet.AsSpan(2));
                    _receive(content[0].GetString()!, content[1]);
                }
                else if (packet.StartsWith("43", StringComparison.Ordinal) && packet.IndexOf('[', StringComparison.Ordinal) is > 2 and var at
                    && _asked.TryGetValue(int.Parse(packet.AsSpan(2, at - 2), CultureInfo.InvariantCulture), out var answer))
                {
                    answer.TrySetResult(JsonSerializer.Deserialize<JsonElement>(packet.AsSpan(at))[0]);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It has broken off.
        }
    }
}
