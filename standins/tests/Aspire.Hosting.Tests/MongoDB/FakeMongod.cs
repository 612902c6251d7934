using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Aspire.Hosting.Tests.MongoDB;

/// <summary>A MongoDB server that notes commands, accepts createUser, and lets nobody sign in.</summary>
internal sealed class FakeMongod : IDisposable
{
    private const int BodyAt = 21; // Header, flags, and the kind of the one section.

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<BsonDocument> _commands = new();

    public FakeMongod()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public BsonDocument[] Commands => [.. _commands];

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        var stream = client.GetStream();
        var header = new byte[16];
        while (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            var rest = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - header.Length];
            await stream.ReadExactlyAsync(rest);
            var command = BsonSerializer.Deserialize<BsonDocument>(rest[(BodyAt - header.Length)..]);
            _commands.Enqueue(command);

            var body = (command.GetElement(0).Name == "createUser"
                ? new BsonDocument("ok", 1.0)
                : new BsonDocument { { "ok", 0.0 }, { "code", 18 }, { "errmsg", "Authentication failed." } }).ToBson();
            var reply = new byte[BodyAt + body.Length];
            BinaryPrimitives.WriteInt32LittleEndian(reply, reply.Length);
            header.AsSpan(4, 4).CopyTo(reply.AsSpan(8));
            BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(12), 2013);
            body.CopyTo(reply, BodyAt);
            await stream.WriteAsync(reply);
        }
    }
}
