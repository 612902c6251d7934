using System.Net;
using System.Net.Sockets;
using Godzilla.Presence.V1;
using Godzilla.Tests.System.ServiceDefaults;
using Grpc.Net.Client;

namespace Godzilla.Tests.System.Presence;

/// <summary>A Presence replica in a process of its own that can be killed and started again at the same address.</summary>
internal sealed class PresenceProcess : IDisposable
{
    private readonly string _redis;
    private readonly (string Key, string Value)[] _settings;
    private readonly GrpcChannel _channel;
    private ServiceProcess _process;
    private bool _isDead;

    private PresenceProcess(string redis, (string Key, string Value)[] settings)
    {
        (_redis, _settings) = (redis, settings);
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        }

        _process = Start();
        _channel = GrpcChannel.ForAddress(
            Address, new GrpcChannelOptions { HttpHandler = new SigningHandler("chat", "presence"), DisposeHttpClient = true });
    }

    public Uri Address { get; }

    /// <summary>Calls this replica and no other.</summary>
    public PresenceService.PresenceServiceClient Client => new(_channel);

    public IReadOnlyCollection<string> Output => _process.Output;

    public static async Task<PresenceProcess> StartAsync(string redis, params (string Key, string Value)[] settings)
    {
        var replica = new PresenceProcess(redis, settings);
        await replica.WorksAsync();
        return replica;
    }

    /// <summary>Kills it, and starts it again.</summary>
    /// <returns>A task that ends when it works.</returns>
    public Task RestartAsync()
    {
        Kill();
        (_process, _isDead) = (Start(), false);
        return WorksAsync();
    }

    public void Kill()
    {
        if (!_isDead)
        {
            _process.Dispose();
            _isDead = true;
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        Kill();
    }

    private ServiceProcess Start() => ServiceProcess.Start(
        "Presence",
        [
            ("Kestrel__Endpoints__grpc__Url", Address.ToString()),
            ("ConnectionStrings__redis", _redis),
            ("Identity__Callers__chat__Key", GodzillaApp.KeyOf("chat", "presence")),
            .. _settings,
        ]);

    private Task WorksAsync() => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await Client.GetOnlineUsersAsync(new Empty(), deadline: DateTime.UtcNow.AddSeconds(1));
                return true;
            }
            catch (Grpc.Core.RpcException)
            {
                return false;
            }
        },
        $"{Address} works");
}
