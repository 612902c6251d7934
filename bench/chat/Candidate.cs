using System.Buffers;
using System.Globalization;
using System.Text;
using Gateway.Bench;
using Godzilla.ServiceDefaults.Identity;

namespace Chat.Bench;

/// <summary>A chat server that is measured, with what it needs.</summary>
/// <param name="name">As in the results.</param>
/// <param name="protocol">What its clients speak.</param>
/// <param name="server">The chat server.</param>
/// <param name="godzilla">What else runs for it, if it is ours.</param>
internal sealed class Candidate(string name, Protocol protocol, Server server, Godzilla? godzilla = null) : IAsyncDisposable
{
    /// <summary>The name of the candidate that the others are compared with.</summary>
    internal const string Reference = "fastify";

    private const string UserAgent = "bench";

    private static readonly IdentitySigner Signer = new(
        Microsoft.Extensions.Options.Options.Create(new IdentityOptions { Service = "gateway", Callees = { ["chat"] = new CalleeOptions { Key = Godzilla.Key } } }),
        TimeProvider.System);

    internal string Name => name;

    internal Protocol Protocol => protocol;

    internal Server Server => server;

    /// <summary>Processor time used so far, also by what it needs.</summary>
    internal TimeSpan ProcessorTime() => server.ProcessorTime() + (godzilla?.Needed.Aggregate(TimeSpan.Zero, (sum, needed) => sum + needed.ProcessorTime()) ?? TimeSpan.Zero);

    /// <returns>The request that opens the WebSocket of a user, signed as the gateway does. Fastify reads the name alone.</returns>
    internal byte[] Handshake(int user)
    {
        var request = new ArrayBufferWriter<byte>();
        request.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET {protocol.Path}{protocol.Query} HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\nUser-Agent: {UserAgent}\r\n")));
        request.Write("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"u8);
        Signer.Sign(request, "chat", new CallerIdentity(Godzilla.User(user), Godzilla.Session(user), "127.0.0.1", UserAgent, "bench"), "GET", protocol.Path);
        request.Write("\r\n"u8);
        return request.WrittenSpan.ToArray();
    }

    public ValueTask DisposeAsync() => godzilla?.DisposeAsync() ?? server.DisposeAsync();
}
