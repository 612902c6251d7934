namespace Godzilla.Tests.System.Gateway;

/// <summary>A gateway that trusts every proxy on this machine, and one in a row.</summary>
public sealed class TrustingGateway : IAsyncLifetime
{
    internal static readonly (string Key, string Value) Setting = ("ClientAddress__TrustedProxies__0", "127.0.0.0/8");

    private RecordingUpstream? _upstream;
    private GatewayProcess? _gateway;

    internal RecordingUpstream Upstream => _upstream!;

    internal GatewayProcess Gateway => _gateway!;

    public async Task InitializeAsync()
    {
        _upstream = await RecordingUpstream.StartAsync();
        _gateway = await GatewayProcess.StartAsync(_upstream, Setting);
    }

    public async Task DisposeAsync()
    {
        Gateway.Dispose();
        await Upstream.DisposeAsync();
    }
}
