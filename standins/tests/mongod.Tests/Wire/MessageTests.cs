using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MongoDB.Bson;

namespace Mongod.Tests.Wire;

public sealed class MessageTests(MongodFixture fixture) : IClassFixture<MongodFixture>
{
    private static BsonDocument Ping => new() { { "ping", 1 }, { "$db", "admin" } };

    [Fact]
    public async Task ARightChecksumIsTakenAndAnsweredWithOne()
    {
        using var client = await SignedInAsync();

        await client.SendAsync(WireClient.Message(Ping, id: 9, WireClient.ChecksumPresent));
        var reply = await client.ReadAsync();

        Assert.Equal(1, reply.Body["ok"].ToInt32());
        Assert.Equal(WireClient.ChecksumPresent, reply.Flags);
        Assert.Equal(WireClient.Crc32C(reply.Message.AsSpan(0, reply.Message.Length - 4)), BinaryPrimitives.ReadUInt32LittleEndian(reply.Message.AsSpan(reply.Message.Length - 4)));
    }

    [Fact]
    public void TheChecksumIsThatOfTheStandard() =>
        Assert.Equal(0xE3069283u, Mongod.Wire.Crc32C.Compute("123456789"u8)); // The check value of CRC-32C.

    [Fact]
    public async Task AWrongChecksumClosesTheConnection()
    {
        using var client = await SignedInAsync();
        var message = WireClient.Message(Ping, flags: WireClient.ChecksumPresent);
        message[^1] ^= 1;

        await client.SendAsync(message);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(1 << 2)]
    [InlineData(1 << 15)]
    public async Task AnUnknownFlagThatMustBeKnownClosesTheConnection(int flag)
    {
        using var client = await SignedInAsync();

        await client.SendAsync(WireClient.Message(Ping, flags: flag));

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AnUnknownFlagThatNeedNotBeKnownIsIgnored()
    {
        using var client = await SignedInAsync();

        await client.SendAsync(WireClient.Message(Ping, flags: 1 << 20));

        Assert.Equal(1, (await client.ReadAsync()).Body["ok"].ToInt32());
    }

    [Fact]
    public async Task WhoWantsNoReplyGetsNone()
    {
        using var client = await SignedInAsync();

        await client.SendAsync(WireClient.Message(Ping, id: 70, WireClient.MoreToCome));
        await client.SendAsync(WireClient.Message(new BsonDocument { { "nonsense", 1 }, { "$db", "admin" } }, id: 71, WireClient.MoreToCome));
        await client.SendAsync(WireClient.Message(new BsonDocument("ping", 1), id: 72, WireClient.MoreToCome)); // No $db.
        await client.SendAsync(WireClient.Message(Ping, id: 73));

        Assert.Equal(73, (await client.ReadAsync()).ResponseTo);
    }

    [Fact]
    public async Task RequestsThatComeTogetherAreAnsweredInOrder()
    {
        using var client = await SignedInAsync();

        await client.SendAsync(Enumerable.Range(100, 500).SelectMany(id => WireClient.Message(Ping, id)).ToArray());
        for (var id = 100; id < 600; id++)
        {
            Assert.Equal(id, (await client.ReadAsync()).ResponseTo);
        }
    }

    [Fact]
    public async Task ARequestThatComesByteByByteIsAnswered()
    {
        using var client = await SignedInAsync();
        foreach (var value in WireClient.Message(Ping, id: 5))
        {
            await client.SendAsync(new[] { value });
        }

        Assert.Equal(5, (await client.ReadAsync()).ResponseTo);
    }

    [Fact]
    public async Task SectionsThatBreakTheRulesAreRefusedAndTheConnectionGoesOn()
    {
        using var client = await SignedInAsync();
        byte[] body = [0, .. Ping.ToBson()];
        var sequence = WireClient.Sequence("documents", [new("a", 1)]);
        (byte[] Sections, int Code)[] cases =
        [
            ([.. body, .. body], 40430),
            ([.. body, .. sequence, .. sequence], 40431),
            ([.. body, 7], 40432),
            ([.. body, .. WireClient.Sequence("ping")], 40433),
            (sequence, 40587),
            ([], 40587),
            ([.. body, 1, 200, 0, 0, 0], 15),
            ([.. body, 1, 255, 255, 255, 255, 0], 15),
            ([.. body, 1, 4, 0, 0, 0], 15),
            ([.. body, 1, 7, 0, 0, 0, 65, 65, 65], 15),
            ([0], 22),
        ];
        foreach (var (sections, code) in cases)
        {
            await client.SendAsync(WireClient.Message(1, 0, sections));
            Assert.Equal(code, (await client.ReadAsync()).Body["code"].AsInt32);
        }

        Assert.Equal(1, (await client.RunAsync(Ping))["ok"].ToInt32());
    }

    [Fact]
    public async Task MoreThanTwoSequencesCloseTheConnection()
    {
        using var client = await SignedInAsync();

        await client.SendAsync(WireClient.Message(1, 0, [0, .. Ping.ToBson(), .. WireClient.Sequence("a"), .. WireClient.Sequence("b"), .. WireClient.Sequence("c")]));

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData("{ping: 1}", 40571)]
    [InlineData("{ping: 1, $db: 5}", 14)]
    [InlineData("{ping: 1, $db: ''}", 73)]
    [InlineData("{ping: 1, $db: '../x'}", 73)]
    [InlineData("{ping: 1, $db: 'a.b'}", 73)]
    [InlineData("{ping: 1, $db: 'a\\u0000b'}", 73)]
    [InlineData("{$db: 'admin'}", 59)]
    [InlineData("{nonsense: 1, $db: 'admin'}", 59)]
    [InlineData("{getLog: 'global', $db: 'other'}", 13)]
    [InlineData("{ping: 1, $db: 'admin', txnNumber: NumberLong(1)}", 20)]
    [InlineData("{ping: 1, $db: 'admin', startTransaction: true, autocommit: false}", 20)]
    [InlineData("{ping: 1, $db: 'admin', lsid: 5}", 14)]
    [InlineData("{ping: 1, $db: 'admin', apiVersion: '2'}", 322)]
    [InlineData("{ping: 1, $db: 'admin', readConcern: {level: 'snapshot'}}", 123)]
    [InlineData("{ping: 1, $db: 'admin', readConcern: {level: 'nonsense'}}", 9)]
    [InlineData("{ping: 1, $db: 'admin', writeConcern: {w: 2}}", 2)]
    [InlineData("{ping: 1, $db: 'admin', writeConcern: {w: 'there'}}", 2)]
    public async Task ACommandThatAsksForWhatIsNotThereIsRefusedWithMongoDBsCode(string command, int code)
    {
        using var client = await SignedInAsync();

        await client.SendAsync(WireClient.Message(BsonDocument.Parse(command)));
        var reply = (await client.ReadAsync()).Body;

        Assert.Equal((0, code), (reply["ok"].ToInt32(), reply["code"].AsInt32));
        Assert.True(reply["codeName"].AsString.Length > 0 && reply["errmsg"].AsString.Length > 0);
    }

    [Fact]
    public async Task WhatDriversAddToEachCommandPasses()
    {
        using var client = await SignedInAsync();

        var reply = await client.RunAsync(BsonDocument.Parse(
            "{ping: 1, $db: 'admin', lsid: {id: UUID('8f1d9c5e-6a9b-4a55-9d0c-0d5d7a6e9a11')}, $readPreference: {mode: 'primaryPreferred'}, $clusterTime: {}, "
            + "readConcern: {level: 'majority'}, writeConcern: {w: 'majority', j: true, wtimeout: 5}, apiVersion: '1', comment: 'x', maxTimeMS: 1000}"));

        Assert.Equal(1, reply["ok"].ToInt32());
    }

    [Fact]
    public async Task AFieldTwiceIsRefused()
    {
        using var client = await SignedInAsync();
        var twice = new BsonDocument(allowDuplicateNames: true) { { "ping", 1 }, { "$db", "admin" }, { "comment", 1 }, { "comment", 2 } };

        await client.SendAsync(WireClient.Message(twice));

        Assert.Equal(40413, (await client.ReadAsync()).Body["code"].AsInt32);
    }

    [Fact]
    public async Task BsonThatLiesIsRefusedAndTheConnectionGoesOn()
    {
        using var client = await SignedInAsync();
        // Each is a field's type, name and value; the document around it is right.
        byte[][] elements =
        [
            [0x02, (byte)'a', 0, 0, 0, 0, 0], // a string of no bytes
            [0x02, (byte)'a', 0, 255, 255, 255, 127, 65, 0],
            [0x02, (byte)'a', 0, 255, 255, 255, 255, 65, 0],
            [0x02, (byte)'a', 0, 2, 0, 0, 0, 65, 66], // no zero at its end
            [0x02, (byte)'a', 0, 3, 0, 0, 0, 0xC3, 0x28, 0], // not UTF-8
            [0x02, 0xC3, 0x28, 0, 2, 0, 0, 0, 65, 0],
            [0x03, (byte)'a', 0, 4, 0, 0, 0],
            [0x03, (byte)'a', 0, 100, 0, 0, 0, 0],
            [0x03, (byte)'a', 0, 5, 0, 0, 0, 1],
            [0x03, (byte)'a', 0, 0, 0, 0, 128, 0],
            [0x04, (byte)'a', 0, 6, 0, 0, 0, 0, 0],
            [0x05, (byte)'a', 0, 255, 0, 0, 0, 0],
            [0x05, (byte)'a', 0, 255, 255, 255, 255, 0],
            [0x05, (byte)'a', 0, 3, 0, 0, 0, 4, 1, 2, 3], // a UUID of three bytes
            [0x05, (byte)'a', 0, 5, 0, 0, 0, 2, 9, 0, 0, 0, 1],
            [0x07, (byte)'a', 0, 1, 2, 3],
            [0x08, (byte)'a', 0, 2],
            [0x0B, (byte)'a', 0, 65, 65],
            [0x0C, (byte)'a', 0, 2, 0, 0, 0, 65, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            [0x0F, (byte)'a', 0, 15, 0, 0, 0, 2, 0, 0, 0, 65, 0, 6, 0, 0, 0, 0],
            [0x01, (byte)'a'], // a name that does not end
            [0x00, (byte)'a', 0],
            [0x55, (byte)'a', 0],
            [0x12, (byte)'a', 0, 1],
        ];
        foreach (var element in elements)
        {
            byte[] start = [.. Ping.ToBson()[4..^1]];
            byte[] body = [0, .. BitConverter.GetBytes(4 + start.Length + element.Length + 1), .. start, .. element, 0];
            await client.SendAsync(WireClient.Message(1, 0, body));
            var reply = (await client.ReadAsync()).Body;
            Assert.True(reply["ok"] == 0 && reply["code"] == 22, $"{Convert.ToHexString(element)}: {reply}");
        }

        Assert.Equal(1, (await client.RunAsync(Ping))["ok"].ToInt32());
    }

    [Theory]
    [InlineData(150, 0)]
    [InlineData(250, 15)]
    [InlineData(100_000, 15)]
    public async Task DepthIsBounded(int depth, int code)
    {
        using var client = await SignedInAsync();
        var nested = new byte[] { 5, 0, 0, 0, 0 };
        var message = new MemoryStream();
        for (var i = depth; i > 0; i--)
        {
            // type, "a", then the next document, which is this long.
            message.Write(BitConverter.GetBytes(nested.Length + (i * 8)));
            message.Write([0x03, (byte)'a', 0]);
        }

        message.Write(nested);
        message.Write(new byte[depth]);
        byte[] start = [.. Ping.ToBson()[4..^1], 0x03, (byte)'x', 0];
        byte[] body = [0, .. BitConverter.GetBytes((int)(4 + start.Length + message.Length + 1)), .. start, .. message.ToArray(), 0];
        await client.SendAsync(WireClient.Message(1, 0, body));

        Assert.Equal(code, (await client.ReadAsync()).Body.GetValue("code", 0).AsInt32);
        Assert.Equal(1, (await client.RunAsync(Ping))["ok"].ToInt32());
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("0F000000")]
    [InlineData("FFFFFFFF")]
    [InlineData("00000080")]
    [InlineData("FFFFFF7F")]
    [InlineData("016CDC02")] // 48,000,001
    [InlineData("474554202F20485454502F312E310D0A0D0A")] // GET / HTTP/1.1
    [InlineData("160301020001000")] // TLS
    public async Task WhatIsNoMessageClosesTheConnection(string hexadecimal)
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var bytes = Convert.FromHexString(hexadecimal.Length % 2 == 0 ? hexadecimal : hexadecimal + "0");

        await client.SendAsync(bytes);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(2012)] // compressed, which was not offered
    [InlineData(2001)]
    [InlineData(2002)]
    [InlineData(2005)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task AnotherOpcodeClosesTheConnection(int opCode)
    {
        using var client = await SignedInAsync();
        var message = WireClient.Message(Ping);
        WireClient.WriteHeader(message, message.Length, 1, opCode);

        await client.SendAsync(message);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task ALargeMessageBeforeTheSignInClosesTheConnection()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var header = new byte[16];
        WireClient.WriteHeader(header, 100_000, 1, 2013);

        await client.SendAsync(header);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AMessageOfTheFullSizeIsRead()
    {
        using var client = await SignedInAsync();
        var padding = new BsonDocument("x", new BsonBinaryData(new byte[15_900_000]));
        var message = WireClient.Message(1, 0, [0, .. Ping.ToBson(), .. WireClient.Sequence("a", padding, padding, padding)]);
        Assert.InRange(message.Length, 47_000_000, 48_000_000);

        await client.SendAsync(message);

        Assert.Equal(1, (await client.ReadAsync()).Body["ok"].ToInt32());
    }

    [Fact]
    public async Task ADocumentPastTheLimitIsRefused()
    {
        using var client = await SignedInAsync();
        var padding = new BsonDocument("x", new BsonBinaryData(new byte[16_800_000]));

        await client.SendAsync(WireClient.Message(1, 0, [0, .. Ping.ToBson(), .. WireClient.Sequence("a", padding)]));

        Assert.Equal(10334, (await client.ReadAsync()).Body["code"].AsInt32);
    }

    [Fact]
    public async Task AnnouncedLengthsTakeNoMemoryUntilTheBytesCome()
    {
        var clients = new List<WireClient>();
        try
        {
            for (var i = 0; i < 40; i++)
            {
                clients.Add(await SignedInAsync());
            }

            var before = fixture.Server.ResidentSetSize();
            foreach (var client in clients)
            {
                var header = new byte[20];
                WireClient.WriteHeader(header, 47_999_999, 1, 2013);
                await client.SendAsync(header);
            }

            using var other = await SignedInAsync();
            Assert.Equal(1, (await other.RunAsync(Ping))["ok"].ToInt32());
            Assert.InRange(fixture.Server.ResidentSetSize() - before, long.MinValue, 100L * 1024 * 1024);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task WhoHangsUpInTheMiddleHarmsNobody()
    {
        for (var length = 1; length < 60; length++)
        {
            using var client = await SignedInAsync();
            await client.SendAsync(WireClient.Message(Ping).AsMemory(0, Math.Min(length, WireClient.Message(Ping).Length - 1)));
        }

        using var after = await SignedInAsync();
        Assert.Equal(1, (await after.RunAsync(Ping))["ok"].ToInt32());
    }

    [Fact]
    public async Task ManyConnectionsWorkAtOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            using var client = await SignedInAsync();
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal(1, (await client.RunAsync(Ping))["ok"].ToInt32());
            }
        }));
    }

    [Fact]
    public async Task ConnectionsAreBoundedAndTheirPlacesAreGivenBack()
    {
        using var folder = new TemporaryFolder();
        await using var server = await MongodProcess.StartAsync(folder.In("data"), "--maxConns", "5");
        var clients = new List<WireClient>();
        for (var i = 0; i < 5; i++)
        {
            clients.Add(await WireClient.ConnectAsync(server));
            await clients[i].RunAsync(new BsonDocument("hello", 1));
        }

        using (var refused = await WireClient.ConnectAsync(server))
        {
            Assert.Equal(0, await refused.ReadToEndAsync());
        }

        clients.ForEach(c => c.Dispose());
        await Eventually.IsTrue(
            async () =>
            {
                using var next = await WireClient.ConnectAsync(server);
                try
                {
                    return (await next.RunAsync(new BsonDocument("hello", 1)))["ok"] == 1;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            "a place is free again");
    }

    [Fact]
    public async Task ADepthOrALieInASequenceIsFoundToo()
    {
        using var client = await SignedInAsync();
        byte[] lie = [9, 0, 0, 0, 0x08, (byte)'a', 0, 7, 0];
        var section = new byte[1 + 4 + 2 + lie.Length];
        section[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(1), section.Length - 1);
        Encoding.ASCII.GetBytes("d", section.AsSpan(5));
        lie.CopyTo(section, 7);

        await client.SendAsync(WireClient.Message(1, 0, [0, .. Ping.ToBson(), .. section]));

        Assert.Equal(22, (await client.ReadAsync()).Body["code"].AsInt32);
    }

    [Fact]
    public async Task ClientsFaultsAndDocumentsStayOutOfTheLog()
    {
        using (var client = await SignedInAsync())
        {
            await client.RunAsync(new BsonDocument { { "ping", 1 }, { "comment", "a-very-secret-text" } });
            await client.RunAsync(new BsonDocument { { "nonsense", "a-very-secret-text" } });
            await client.SendAsync("a-very-secret-text"u8.ToArray());
            await client.ReadToEndAsync();
        }

        var lines = fixture.Server.Log;
        Assert.All(lines, line => Assert.Contains(" info: ", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(DateTime.TryParse(line.Split(' ')[0], CultureInfo.InvariantCulture, out _), line));
        Assert.DoesNotContain(lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    private async Task<WireClient> SignedInAsync() => await (await WireClient.ConnectAsync(fixture.Server)).SignInAsync();
}
