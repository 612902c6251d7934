using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Godzilla.Tests.Deployment.Cluster;

/// <summary>Passes on what comes to an address of a pod to the same port of its loopback: the document server listens nowhere else.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Relay : IDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _ending = new();

    public Relay(NetworkNamespace network, IPEndPoint address)
    {
        _listener = network.CreateSocket();
        _listener.Bind(address);
        _listener.Listen();
        _ = Task.Run(async () =>
        {
            while (!_ending.IsCancellationRequested)
            {
                var client = await _listener.AcceptAsync(_ending.Token);
                _ = PassOnAsync(client, network, new IPEndPoint(IPAddress.Loopback, address.Port));
            }
        });
    }

    public void Dispose()
    {
        _ending.Cancel();
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task PassOnAsync(Socket client, NetworkNamespace network, IPEndPoint server)
    {
        using var incoming = new NetworkStream(client, ownsSocket: true);
        try
        {
            using var outgoing = new NetworkStream(await network.ConnectAsync(server, _ending.Token), ownsSocket: true);
            await Task.WhenAny(incoming.CopyToAsync(outgoing, _ending.Token), outgoing.CopyToAsync(incoming, _ending.Token));
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
        {
            // Closed: who asked sees it.
        }
    }
}
