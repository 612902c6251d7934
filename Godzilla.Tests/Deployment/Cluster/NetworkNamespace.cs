using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Godzilla.Tests.Deployment.Cluster;

/// <summary>A network namespace of Linux. Sockets that are made in it stay in it, whoever uses them.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int CloneNewNet = 0x40000000;

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    public static async Task<NetworkNamespace> CreateAsync(string name)
    {
        await IpAsync("netns", "add", name);
        await IpAsync("-n", name, "link", "set", "lo", "up");
        return new(name);
    }

    public static Task<string> IpAsync(params string[] arguments) => Repository.MustRunAsync("ip", arguments);

    public Socket CreateSocket()
    {
        // The namespace is a thread's, so that thread ends with this.
        Socket? socket = null;
        var error = 0;
        var thread = new Thread(() =>
        {
            using SafeFileHandle file = File.OpenHandle($"/var/run/netns/{Name}");
            error = setns(file, CloneNewNet) == 0 ? 0 : Marshal.GetLastPInvokeError();
            socket = error == 0 ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : null;
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new SocketException(error);
    }

    public async Task<Socket> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = CreateSocket();
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A handler whose connections are made here, to an address that is asked for each time.</summary>
    public SocketsHttpHandler CreateHandler(Func<DnsEndPoint, IPEndPoint> resolve) => new()
    {
        UseCookies = false,
        ConnectCallback = async (context, cancellationToken) => new NetworkStream(await ConnectAsync(resolve(context.DnsEndPoint), cancellationToken), ownsSocket: true),
    };

    public async ValueTask DisposeAsync() => await IpAsync("netns", "del", Name);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(SafeFileHandle file, int type);
}
