using System.Net;
using System.Net.Sockets;
using System.Text;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit;

/// <summary>Stands between a client and Redis or MongoDB, and can hold back what the store says: to connections that subscribe, or to the others.</summary>
internal sealed class StoreProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly IPEndPoint _store;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _answers = Open();
    private volatile TaskCompletionSource _messages = Open();

    private StoreProxy(IPEndPoint store)
    {
        _store = store;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    private IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Puts one before a Redis. Whoever connects with the options from then on goes through it.</summary>
    public static StoreProxy Before(ConfigurationOptions redis)
    {
        var proxy = new StoreProxy(redis.EndPoints[0] as IPEndPoint ?? new IPEndPoint(IPAddress.Loopback, ((DnsEndPoint)redis.EndPoints[0]).Port));
        redis.EndPoints.Clear();
        redis.EndPoints.Add(proxy.Address);
        return proxy;
    }

    /// <summary>Puts one before a MongoDB. Whoever connects with the settings from then on goes through it.</summary>
    public static StoreProxy Before(MongoClientSettings mongo)
    {
        var proxy = new StoreProxy(new IPEndPoint(IPAddress.Loopback, mongo.Server.Port));
        mongo.Server = new MongoServerAddress("127.0.0.1", proxy.Address.Port);
        return proxy;
    }

    /// <summary>What is held back.</summary>
    public string Held { get; private set; } = "";

    /// <summary>Holds back the answers to commands until <see cref="Release"/>.</summary>
    public void HoldAnswers() => _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Holds back published messages until <see cref="Release"/>.</summary>
    public void HoldMessages() => _messages = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        Held = "";
        _answers.TrySetResult();
        _messages.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ending.IsCancellationRequested)
        {
            return;
        }

        Release();
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(_store, _ending.Token);
            var subscribes = false;
            await Task.WhenAny(
                CopyAsync(near, far, text => subscribes |= text.Contains("SUBSCRIBE", StringComparison.Ordinal), () => Task.CompletedTask),
                CopyAsync(far, near, text => Hold(text, Gate(subscribes)), () => Gate(subscribes)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // One side has left.
        }
    }

    private Task Gate(bool subscribes) => (subscribes ? _messages : _answers).Task;

    private void Hold(string text, Task gate)
    {
        if (!gate.IsCompleted)
        {
            Held += text;
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, Action<string> look, Func<Task> gate)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.GetStream().ReadAsync(buffer, _ending.Token)) > 0)
        {
            look(Encoding.Latin1.GetString(buffer, 0, read));
            await gate();
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _ending.Token);
        }
    }
}
