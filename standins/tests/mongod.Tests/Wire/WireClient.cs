using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Mongod.Tests.Wire;

/// <summary>A client that writes and reads bytes, and so can break any rule.</summary>
internal sealed class WireClient : IDisposable
{
    internal const int ChecksumPresent = 1;
    internal const int MoreToCome = 2;
    internal const int ExhaustAllowed = 1 << 16;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly TcpClient _client = new();
    private NetworkStream? _stream;
    private int _id;

    internal static async Task<WireClient> ConnectAsync(MongodProcess server)
    {
        var client = new WireClient();
        await client._client.ConnectAsync(IPAddress.Loopback, server.Port);
        client._client.NoDelay = true;
        client._stream = client._client.GetStream();
        return client;
    }

    internal NetworkStream Stream => _stream!;

    internal Socket Socket => _client.Client;

    /// <summary>An OP_MSG with one body.</summary>
    internal static byte[] Message(BsonDocument body, int id = 1, int flags = 0) => Message(id, flags, [0, .. body.ToBson()]);

    /// <summary>An OP_MSG with these sections.</summary>
    internal static byte[] Message(int id, int flags, ReadOnlySpan<byte> sections)
    {
        var checksum = (flags & ChecksumPresent) != 0 ? 4 : 0;
        var message = new byte[20 + sections.Length + checksum];
        WriteHeader(message, message.Length, id, 2013);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(16), flags);
        sections.CopyTo(message.AsSpan(20));
        if (checksum > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(message.Length - 4), Crc32C(message.AsSpan(0, message.Length - 4)));
        }

        return message;
    }

    /// <summary>A document sequence's section.</summary>
    internal static byte[] Sequence(string name, params BsonDocument[] documents)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes(name), 0, .. documents.SelectMany(d => d.ToBson())];
        var section = new byte[1 + 4 + content.Length];
        section[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(1), 4 + content.Length);
        content.CopyTo(section, 5);
        return section;
    }

    internal static byte[] Query(string collection, BsonDocument query, int id = 1)
    {
        byte[] rest = [0, 0, 0, 0, .. Encoding.UTF8.GetBytes(collection), 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, .. query.ToBson()];
        var message = new byte[16 + rest.Length];
        WriteHeader(message, message.Length, id, 2004);
        rest.CopyTo(message, 16);
        return message;
    }

    internal static void WriteHeader(Span<byte> message, int length, int id, int opCode)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message, length);
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], id);
        BinaryPrimitives.WriteInt32LittleEndian(message[8..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(message[12..], opCode);
    }

    /// <summary>The checksum, worked out bit by bit: the server's own way is not to be trusted here.</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
            }
        }

        return ~crc;
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Limit);
        await Stream.WriteAsync(bytes, limit.Token);
    }

    /// <summary>The next reply.</summary>
    internal async Task<WireReply> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var header = new byte[16];
        await Stream.ReadExactlyAsync(header, limit.Token);
        var message = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
        header.CopyTo(message, 0);
        await Stream.ReadExactlyAsync(message.AsMemory(16), limit.Token);
        var opCode = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(12));
        var bodyAt = opCode == 1 ? 36 : 21;
        var length = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(bodyAt));
        return new WireReply(
            message,
            BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(4)),
            BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(8)),
            opCode,
            BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(16)),
            BsonSerializer.Deserialize<BsonDocument>(message[bodyAt..(bodyAt + length)]));
    }

    /// <summary>Sends a command and reads its reply.</summary>
    internal async Task<BsonDocument> RunAsync(BsonDocument body, string database = "admin")
    {
        if (!body.Contains("$db"))
        {
            body.Add("$db", database);
        }

        await SendAsync(Message(body, ++_id));
        var reply = await ReadAsync();
        Assert.Equal(_id, reply.ResponseTo);
        return reply.Body;
    }

    /// <summary>Signs in, as a driver does.</summary>
    internal async Task<WireClient> SignInAsync(string user = MongodProcess.User, string password = MongodProcess.Password)
    {
        var scram = new ScramClient(user, password);
        var first = await RunAsync(new BsonDocument { { "saslStart", 1 }, { "mechanism", "SCRAM-SHA-256" }, { "payload", scram.First() }, { "options", new BsonDocument("skipEmptyExchange", true) } });
        Assert.True(first["ok"] == 1, first.ToString());
        var last = await RunAsync(new BsonDocument { { "saslContinue", 1 }, { "conversationId", first["conversationId"] }, { "payload", scram.Final(first["payload"].AsByteArray) } });
        Assert.True(last["ok"] == 1, last.ToString());
        Assert.True(last["done"].AsBoolean);
        Assert.Equal(scram.ServerSignature, Encoding.UTF8.GetString(last["payload"].AsByteArray));
        return this;
    }

    /// <summary>Waits until the server closes the connection.</summary>
    /// <returns>How many bytes came before.</returns>
    internal async Task<int> ReadToEndAsync(TimeSpan? limit = null)
    {
        using var end = new CancellationTokenSource(limit ?? Limit);
        var buffer = new byte[4096];
        var total = 0;
        try
        {
            while (await Stream.ReadAsync(buffer, end.Token) is > 0 and var count)
            {
                total += count;
            }
        }
        catch (IOException)
        {
            // Closed while something was on its way to it.
        }

        return total;
    }

    public void Dispose() => _client.Dispose();
}

internal sealed record WireReply(byte[] Message, int Id, int ResponseTo, int OpCode, int Flags, BsonDocument Body);
