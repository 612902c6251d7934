using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Wire;

/// <summary>Broken messages, the same ones each time, while another client works.</summary>
public sealed class FuzzTests(MongodFixture fixture) : IClassFixture<MongodFixture>
{
    private const int Rounds = 6;

    private static readonly TimeSpan RoundLimit = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task NoMessageHarmsTheServerOrAnotherClient()
    {
        var done = false;
        var worked = 0;
        var bystander = Task.Run(async () =>
        {
            var docs = fixture.Client.GetDatabase("bystander").GetCollection<BsonDocument>("docs");
            while (!Volatile.Read(ref done))
            {
                await docs.ReplaceOneAsync(new BsonDocument("_id", 1), new BsonDocument("n", worked), new ReplaceOptions { IsUpsert = true });
                Assert.Equal(worked, (await docs.Find(new BsonDocument("_id", 1)).SingleAsync())["n"].AsInt32);
                worked++;
            }
        });
        try
        {
            await RunAsync(seed: 0);
            var before = fixture.Server.ResidentSetSize();
            for (var seed = 1; seed < Rounds; seed++)
            {
                await RunAsync(seed);
            }

            Assert.False(fixture.Server.HasExited);
            // Each round sends megabytes; a heap has ups and downs.
            Assert.InRange(fixture.Server.ResidentSetSize() - before, long.MinValue, 96L * 1024 * 1024);
        }
        finally
        {
            Volatile.Write(ref done, true);
            await bystander;
        }

        Assert.True(worked > 10, $"the other client did {worked} rounds");
        Assert.DoesNotContain(fixture.Server.Log, line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal));
    }

    [Fact]
    public void TheCheckTakesWhatTheReaderTakes()
    {
        // Whatever passes the check, the reader must be able to read: nothing else stands between a client and the engine.
        var random = new Random(17);
        var good = Good(random).Select(m => m[21..]).ToArray();
        var passed = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = (byte[])good[random.Next(good.Length)].Clone();
            for (var change = random.Next(4); change >= 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                var length = Mongod.Wire.BsonValidator.Validate(bytes);
                using var reader = new MongoDB.Bson.IO.BsonBinaryReader(new MemoryStream(bytes, 0, length));
                MongoDB.Bson.Serialization.Serializers.BsonDocumentSerializer.Instance.Deserialize(
                    MongoDB.Bson.Serialization.BsonDeserializationContext.CreateRoot(reader, b => b.AllowDuplicateElementNames = true), default);
                passed++;
            }
            catch (Mongod.Commands.CommandException)
            {
                // Refused, as most are.
            }
        }

        Assert.InRange(passed, 1000, 199_000);
    }

    private async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var good = Good(random);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < RoundLimit)
        {
            using var client = await WireClient.ConnectAsync(fixture.Server);
            if (random.Next(10) > 0)
            {
                await client.SignInAsync();
            }

            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                for (var i = 0; i < 40; i++)
                {
                    var message = Mutate(good[random.Next(good.Length)], random);
                    await client.Stream.WriteAsync(message, end.Token);
                }

                // What is answered is taken off, so that the server does not wait for its reader.
                client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                var buffer = new byte[64 * 1024];
                while (await client.Stream.ReadAsync(buffer, end.Token) > 0)
                {
                    // On to the end.
                }
            }
            catch (IOException)
            {
                // The server has closed the connection, which it may.
            }
        }
    }

    private static byte[][] Good(Random random)
    {
        BsonDocument[] commands =
        [
            new() { { "ping", 1 } },
            new() { { "hello", 1 }, { "client", new BsonDocument("driver", new BsonDocument("name", "x")) } },
            new() { { "find", "docs" }, { "filter", new BsonDocument { { "a", new BsonDocument("$gt", 5) }, { "b", new BsonArray { 1, "x", 2.5 } } } }, { "limit", 5 } },
            new() { { "insert", "docs" }, { "documents", new BsonArray { Everything(random), Everything(random) } } },
            new() { { "update", "docs" }, { "updates", new BsonArray { new BsonDocument { { "q", new BsonDocument("a", 1) }, { "u", new BsonDocument("$set", new BsonDocument("x.y", 1)) }, { "upsert", true } } } } },
            new() { { "delete", "docs" }, { "deletes", new BsonArray { new BsonDocument { { "q", new BsonDocument("a", new BsonDocument("$in", new BsonArray { 1, 2 })) }, { "limit", 1 } } } } },
            new() { { "aggregate", "docs" }, { "pipeline", new BsonArray { new BsonDocument("$match", new BsonDocument("a", 1)), new BsonDocument("$group", new BsonDocument { { "_id", "$a" }, { "n", new BsonDocument("$sum", 1) } }) } }, { "cursor", new BsonDocument() } },
            new() { { "findAndModify", "docs" }, { "query", new BsonDocument("a", 1) }, { "update", new BsonDocument("$inc", new BsonDocument("n", 1)) } },
            new() { { "getMore", 12345L }, { "collection", "docs" } },
            new() { { "count", "docs" } },
            new() { { "distinct", "docs" }, { "key", "a" } },
            new() { { "createIndexes", "docs" }, { "indexes", new BsonArray { new BsonDocument { { "key", new BsonDocument("a", 1) }, { "name", "a_1" } } } } },
            new() { { "saslStart", 1 }, { "mechanism", "SCRAM-SHA-256" }, { "payload", Encoding.UTF8.GetBytes("n,,n=admin,r=abc") } },
            new() { { "saslContinue", 1 }, { "conversationId", 1 }, { "payload", Encoding.UTF8.GetBytes("c=biws,r=abc,p=AAAA") } },
        ];
        return
        [
            .. commands.Select(c => WireClient.Message(c.Add("$db", "fuzz"))),
            WireClient.Message(1, 0, [0, .. new BsonDocument { { "insert", "docs" }, { "$db", "fuzz" } }.ToBson(), .. WireClient.Sequence("documents", Everything(random), Everything(random))]),
            WireClient.Message(commands[0], flags: WireClient.ChecksumPresent),
        ];
    }

    private static BsonDocument Everything(Random random) => new()
    {
        { "a", random.Next(5) },
        { "long", long.MaxValue },
        { "double", 0.1 },
        { "text", "Ωμέγα" },
        { "document", new BsonDocument("x", new BsonDocument("y", new BsonArray { 1, new BsonDocument("z", BsonNull.Value) })) },
        { "binary", new BsonBinaryData(new byte[] { 1, 2, 3 }) },
        { "uuid", new BsonBinaryData(Guid.NewGuid(), GuidRepresentation.Standard) },
        { "id", ObjectId.GenerateNewId() },
        { "yes", true },
        { "date", DateTime.UnixEpoch },
        { "pattern", new BsonRegularExpression("^a.*b$", "im") },
        { "code", new BsonJavaScript("x") },
        { "scoped", new BsonJavaScriptWithScope("x", new BsonDocument("y", 1)) },
        { "timestamp", new BsonTimestamp(1, 2) },
        { "decimal", new Decimal128(1.5m) },
        { "least", BsonMinKey.Value },
        { "greatest", BsonMaxKey.Value },
    };

    private static byte[] Mutate(byte[] good, Random random)
    {
        var message = (byte[])good.Clone();
        switch (random.Next(8))
        {
            case 0: // Anything anywhere, the framing too.
                message[random.Next(message.Length)] = (byte)random.Next(256);
                break;
            case 1: // Cut off, with a length that says so.
                message = message[..random.Next(16, message.Length)];
                BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
                break;
            case 2: // A piece twice.
                var at = random.Next(20, message.Length);
                message = [.. message[..at], .. message[random.Next(20, message.Length)..], .. message[at..]];
                BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
                break;
            case 3: // A number that means something.
                BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(random.Next(16, message.Length - 4)), (new[] { 0, -1, int.MaxValue, int.MinValue, 5, 16 })[random.Next(6)]);
                break;
            case 4: // Nothing but the header is right.
                random.NextBytes(message.AsSpan(16));
                break;
            default: // A few bytes within the sections.
                for (var i = random.Next(4); i >= 0; i--)
                {
                    message[random.Next(20, message.Length)] = (byte)random.Next(256);
                }

                break;
        }

        return message;
    }
}
