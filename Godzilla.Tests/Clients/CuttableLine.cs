using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Godzilla.Tests.Clients;

/// <summary>Stands between a client and a server. It can drop what the server says, and cut all connections.</summary>
internal sealed class CuttableLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly Uri _server;
    private readonly Task _accepting;
    private volatile bool _isMute;
    private volatile bool _isCut;

    private CuttableLine(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What the client connects to.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public static CuttableLine To(Uri server) => new(server);

    /// <summary>Drops what the server says from now on. What the client says arrives.</summary>
    public void Mute() => _isMute = true;

    /// <summary>Ends all connections, and each that is made.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var client in _open)
        {
            client.Dispose();
        }
    }

    /// <summary>Lets everything through again.</summary>
    public void Restore() => (_isMute, _isCut) = (false, false);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync()));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardAsync(TcpClient near)
    {
        using var far = new TcpClient();
        _open.Add(near);
        _open.Add(far);
        try
        {
            if (!_isCut)
            {
                await far.ConnectAsync(IPAddress.Loopback, _server.Port);
                await Task.WhenAny(CopyAsync(near, far, () => false), CopyAsync(far, near, () => _isMute));
            }
        }
        catch (SocketException)
        {
            // The server is away.
        }

        near.Dispose();
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to, Func<bool> isDropped)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var count)
            {
                if (!isDropped())
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has left.
        }
    }
}
