using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Chat.Connections;

/// <summary>
/// Opens a WebSocket's connection as a <see cref="SharedStream"/>. Where there is no TLS, what is written goes to the socket itself: Kestrel's
/// pipe would copy it and send it from another thread, which costs as much as the sending.
/// </summary>
/// <remarks>
/// Nothing of Kestrel's own may be on its way then: its output buffers nothing (<see cref="ConnectionExtensions"/>), so the answer to the
/// handshake is sent when <see cref="UpgradeAsync"/> returns, and it writes nothing after that.
/// </remarks>
internal sealed class SharedUpgrade(IFeatureCollection features) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private readonly IHttpUpgradeFeature? _upgrade = features.Get<IHttpUpgradeFeature>();
    private readonly IHttpExtendedConnectFeature? _connect = features.Get<IHttpExtendedConnectFeature>();

    public bool IsUpgradableRequest => _upgrade is { IsUpgradableRequest: true };

    public bool IsExtendedConnect => _connect is { IsExtendedConnect: true };

    public string? Protocol => _connect?.Protocol;

    /// <summary>The connection, once it is opened.</summary>
    public SharedStream? Stream { get; private set; }

    public async Task<Stream> UpgradeAsync()
    {
        var stream = await _upgrade!.UpgradeAsync();
        var socket = features.Get<ITlsHandshakeFeature>() is null ? features.Get<IConnectionSocketFeature>()?.Socket : null;
        return Stream = new SharedStream(stream, socket is null ? stream : new NetworkStream(socket));
    }

    // One stream of HTTP/2 among others.
    public async ValueTask<Stream> AcceptAsync()
    {
        var stream = await _connect!.AcceptAsync();
        return Stream = new SharedStream(stream, stream);
    }
}
