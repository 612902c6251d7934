using System.Diagnostics;
using MongoDB.Bson;

namespace Mongod.Tests.Wire;

public sealed class HelloTests(MongodFixture fixture) : IClassFixture<MongodFixture>
{
    private static BsonDocument Hello => new() { { "hello", 1 }, { "helloOk", true }, { "$db", "admin" } };

    [Fact]
    public async Task HelloTellsWhatTheServerIsAndTakes()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);

        var reply = await client.RunAsync(Hello);

        Assert.Equal(1, reply["ok"].ToInt32());
        Assert.True(reply["helloOk"].AsBoolean);
        Assert.True(reply["isWritablePrimary"].AsBoolean);
        Assert.False(reply.Contains("setName")); // Standalone.
        Assert.Equal((0, 21), (reply["minWireVersion"].AsInt32, reply["maxWireVersion"].AsInt32));
        Assert.Equal(30, reply["logicalSessionTimeoutMinutes"].AsInt32);
        Assert.Equal((16_777_216, 48_000_000, 100_000), (reply["maxBsonObjectSize"].AsInt32, reply["maxMessageSizeBytes"].AsInt32, reply["maxWriteBatchSize"].AsInt32));
        Assert.False(reply.Contains("compression"));
        Assert.True(reply["topologyVersion"]["processId"].IsObjectId);
        Assert.InRange(reply["localTime"].ToUniversalTime(), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
    }

    [Theory]
    [InlineData("isMaster")]
    [InlineData("ismaster")]
    public async Task TheOldHelloInTheOldMessageGetsAnOldReply(string name)
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);

        await client.SendAsync(WireClient.Query("admin.$cmd", new BsonDocument { { name, 1 }, { "helloOk", true } }, id: 7));
        var reply = await client.ReadAsync();

        Assert.Equal((1, 7), (reply.OpCode, reply.ResponseTo));
        Assert.Equal(1, BitConverter.ToInt32(reply.Message, 32)); // Documents in the reply.
        Assert.True(reply.Body["ismaster"].AsBoolean);
        Assert.True(reply.Body["helloOk"].AsBoolean);
    }

    [Fact]
    public async Task TheOldMessageCarriesNoOtherCommand()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);

        await client.SendAsync(WireClient.Query("admin.$cmd", new BsonDocument("ping", 1)));

        Assert.Equal(352, (await client.ReadAsync()).Body["code"].AsInt32);
        Assert.Equal(1, (await client.RunAsync(Hello))["ok"].ToInt32());
    }

    [Fact]
    public async Task AnAwaitableHelloWaitsAsLongAsItSays()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var first = await client.RunAsync(Hello);
        var started = Stopwatch.GetTimestamp();

        var second = await client.RunAsync(Hello.Add("topologyVersion", first["topologyVersion"]).Add("maxAwaitTimeMS", 300));

        Assert.Equal(1, second["ok"].ToInt32());
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(280));
    }

    [Fact]
    public async Task AHelloThatKnowsAnotherServerIsAnsweredAtOnce()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var other = new BsonDocument { { "processId", ObjectId.GenerateNewId() }, { "counter", 5L } };

        // Whoever reads here waits for a quarter of that.
        var reply = await client.RunAsync(Hello.Add("topologyVersion", other).Add("maxAwaitTimeMS", 60_000));

        Assert.Equal(1, reply["ok"].ToInt32());
    }

    [Theory]
    [InlineData("{maxAwaitTimeMS: 1}", 31368)]
    [InlineData("{topologyVersion: {processId: ObjectId('0123456789abcdef01234567'), counter: NumberLong(0)}}", 31368)]
    [InlineData("{topologyVersion: {processId: ObjectId('0123456789abcdef01234567'), counter: NumberLong(0)}, maxAwaitTimeMS: -1}", 31373)]
    [InlineData("{topologyVersion: {processId: ObjectId('0123456789abcdef01234567'), counter: NumberLong(-1)}, maxAwaitTimeMS: 1}", 31372)]
    [InlineData("{topologyVersion: 5, maxAwaitTimeMS: 1}", 14)]
    public async Task AHelloThatAsksWronglyIsRefused(string fields, int code)
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);

        var reply = await client.RunAsync(Hello.Merge(BsonDocument.Parse(fields)));

        Assert.Equal((0, code), (reply["ok"].ToInt32(), reply["code"].AsInt32));
    }

    [Fact]
    public async Task AnExhaustHelloIsAnsweredAgainAndAgainEachReplyToTheOneBefore()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var version = (await client.RunAsync(Hello))["topologyVersion"];

        await client.SendAsync(WireClient.Message(Hello.Add("topologyVersion", version).Add("maxAwaitTimeMS", 50), id: 42, WireClient.ExhaustAllowed));
        var expected = 42;
        for (var i = 0; i < 4; i++)
        {
            var reply = await client.ReadAsync();
            Assert.Equal((expected, WireClient.MoreToCome), (reply.ResponseTo, reply.Flags));
            Assert.Equal(1, reply.Body["ok"].ToInt32());
            expected = reply.Id;
        }
    }

    [Fact]
    public async Task WithoutTheFlagAHelloIsAnsweredOnce()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var version = (await client.RunAsync(Hello))["topologyVersion"];

        await client.SendAsync(WireClient.Message(Hello.Add("topologyVersion", version).Add("maxAwaitTimeMS", 10), id: 42));

        Assert.Equal(0, (await client.ReadAsync()).Flags);
        Assert.Equal(1, (await client.RunAsync(Hello))["ok"].ToInt32()); // The next reply is that of the next request.
    }
}
