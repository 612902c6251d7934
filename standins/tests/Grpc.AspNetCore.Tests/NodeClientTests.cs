using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Godzilla.StandIns.Tests;

public class NodeClientTests(TitansServer server, NodeClient node) : IClassFixture<TitansServer>, IClassFixture<NodeClient>
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [NodeFact]
    public async Task EveryKindOfFieldCrossesBothWays()
    {
        var seen = await PlayAsync("unary");
        var titan = seen.GetProperty("response");
        Assert.Equal("Göjira", titan.GetProperty("name").GetString());
        Assert.Equal(["G", "King"], titan.GetProperty("aliases").EnumerateArray().Select(alias => alias.GetString()!));
        Assert.Equal([-1, 0, 300], titan.GetProperty("depths").EnumerateArray().Select(depth => depth.GetInt32()));
        Assert.Equal(2, titan.GetProperty("fights").GetProperty("kong").GetInt64());
        Assert.Equal(3, titan.GetProperty("fights").GetProperty("ghidorah").GetInt64());
        Assert.Equal("HOLLOW_EARTH", titan.GetProperty("realm").GetString());
        Assert.Equal([0, 255], titan.GetProperty("genome").GetProperty("data").EnumerateArray().Select(octet => octet.GetInt32()));
        Assert.Equal(1700000000, titan.GetProperty("seen_at").GetProperty("seconds").GetInt64());
        Assert.Equal(5, titan.GetProperty("seen_at").GetProperty("nanos").GetInt32());
        Assert.Equal("parent", titan.GetProperty("origin").GetString());
        Assert.Equal("sea", titan.GetProperty("parent").GetProperty("myth").GetString());
        Assert.Equal(0, titan.GetProperty("age").GetInt32());
        Assert.Equal(119.75, titan.GetProperty("height").GetDouble());
        Assert.True(titan.GetProperty("alive").GetBoolean());
        Assert.Equal(99634, titan.GetProperty("mass").GetInt64());
        Assert.Equal(uint.MaxValue, titan.GetProperty("tag").GetUInt32());
        Assert.Equal(1.5, titan.GetProperty("speed").GetDouble());
        Assert.Contains($"/titans.Titans/Describe {_id}", server.Log.Intercepted);
    }

    [NodeFact]
    public async Task AServersStreamArrivesWholeAndInOrder() => Assert.Equal(Enumerable.Range(1, 100), Values(await PlayAsync("serverStream")));

    [NodeFact]
    public async Task AClientsStreamArrivesWhole() =>
        Assert.Equal(5050, (await PlayAsync("clientStream")).GetProperty("response").GetProperty("value").GetInt32());

    [NodeFact]
    public async Task StreamsGoBothWaysInTurns() => Assert.Equal(Enumerable.Range(1, 5), Values(await PlayAsync("duplex")));

    [NodeFact]
    public async Task ADeadlineEndsTheCallOnBothSides()
    {
        var before = DateTime.UtcNow;
        AssertError(StatusCode.DeadlineExceeded, await PlayAsync("deadline"));
        Assert.InRange(await server.Log.CancelledAsync(_id), before, before.AddMinutes(1));
    }

    [NodeFact]
    public async Task ADeadlineEndsAStreamOnBothSides()
    {
        var before = DateTime.UtcNow;
        var seen = await PlayAsync("streamDeadline");
        AssertError(StatusCode.DeadlineExceeded, seen);
        Assert.Equal([1], Values(seen));
        Assert.InRange(await server.Log.CancelledAsync(_id), before, before.AddMinutes(1));
    }

    [NodeFact]
    public async Task TheServerSeesTheClientCancel()
    {
        AssertError(StatusCode.Cancelled, await PlayAsync("cancel"));
        Assert.Equal(DateTime.MaxValue, await server.Log.CancelledAsync(_id));
    }

    [NodeFact]
    public async Task MetadataGoesBothWaysAsTextAndAsBytes()
    {
        var seen = await PlayAsync("metadata");
        Assert.Equal("fire breath", seen.GetProperty("headers").GetProperty("x-text").GetString());
        Assert.Equal([0, 1, 254, 255], Octets(seen.GetProperty("headers").GetProperty("x-bytes-bin")));
        var trailers = seen.GetProperty("status").GetProperty("trailers");
        Assert.Equal("fire breath", trailers.GetProperty("trailing-x-text").GetString());
        Assert.Equal([0, 1, 254, 255], Octets(trailers.GetProperty("trailing-x-bytes-bin")));
    }

    [NodeFact]
    public async Task AStatusCrossesWithItsDetailAndTrailers()
    {
        var error = AssertError(StatusCode.FailedPrecondition, await PlayAsync("failure"));
        Assert.Equal("no ☢ left: 100%", error.GetProperty("details").GetString());
        Assert.Equal("exhausted", error.GetProperty("trailers").GetProperty("x-why").GetString());
        Assert.Equal([7, 0], Octets(error.GetProperty("trailers").GetProperty("x-why-bin")));
    }

    [NodeFact]
    public async Task AnExceptionsMessageStaysAtTheServer()
    {
        var error = AssertError(StatusCode.Unknown, await PlayAsync("exception"));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task AMethodThatNobodyServesIsUnimplemented() => AssertError(StatusCode.Unimplemented, await PlayAsync("unimplemented"));

    [NodeFact]
    public async Task ARequestThatIsTooLargeIsRefused() => AssertError(StatusCode.ResourceExhausted, await PlayAsync("oversizedRequest"));

    [NodeFact]
    public async Task AResponseThatIsTooLargeIsRefused() => AssertError(StatusCode.ResourceExhausted, await PlayAsync("oversizedResponse"));

    [NodeFact]
    public async Task MessagesAreCompressedBothWays()
    {
        var seen = await PlayAsync("gzip");
        Assert.Equal(new string('a', 10000), seen.GetProperty("response").GetProperty("name").GetString());
        Assert.Equal(("gzip", "gzip"), server.Log.Encodings[_id]);
    }

    [NodeFact]
    public async Task HealthIsCheckedByService()
    {
        await using var own = new TitansServer();
        await own.InitializeAsync();
        Assert.Equal("SERVING", (await CheckAsync()).GetProperty("server").GetProperty("response").GetProperty("status").GetString());

        own.Health = HealthStatus.Unhealthy;
        var seen = await CheckAsync();
        Assert.Equal("NOT_SERVING", seen.GetProperty("server").GetProperty("response").GetProperty("status").GetString());
        AssertError(StatusCode.NotFound, seen.GetProperty("nobody"));

        Task<JsonElement> CheckAsync() => node.PlayAsync(own.Address, "healthCheck", _id);
    }

    [NodeFact]
    public async Task HealthIsWatchedUntilTheServerStops()
    {
        await using var own = new TitansServer();
        await own.InitializeAsync();
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var watch = node.PlayAsync(own.Address, "healthWatch", _id, lines.Enqueue);
        await Eventually.IsTrue(() => watch.IsCompleted || lines.Contains("SERVING"), "the watcher's first answer");

        own.Health = HealthStatus.Unhealthy;
        await Eventually.IsTrue(() => watch.IsCompleted || lines.Contains("NOT_SERVING"), "the watcher is told of the worse");
        own.Health = HealthStatus.Degraded;
        await Eventually.IsTrue(() => watch.IsCompleted || lines.Last() == "SERVING", "the watcher is told of the better");
        await own.StopAsync();

        var seen = await watch;
        Assert.False(seen.TryGetProperty("error", out var error), error.ToString());
        Assert.Equal("NOT_SERVING", seen.GetProperty("responses").EnumerateArray().Last().GetProperty("status").GetString());
    }

    [NodeFact]
    public async Task AWatcherOfNobodyIsToldSo()
    {
        var seen = await PlayAsync("healthWatchNobody");
        Assert.Equal("SERVICE_UNKNOWN", seen.GetProperty("responses")[0].GetProperty("status").GetString());
    }

    private static JsonElement AssertError(StatusCode expected, JsonElement seen)
    {
        Assert.True(seen.TryGetProperty("error", out var error), seen.ToString());
        Assert.Equal(expected, (StatusCode)error.GetProperty("code").GetInt32());
        return error;
    }

    private static IEnumerable<int> Octets(JsonElement value) => value.EnumerateArray().Select(octet => octet.GetInt32());

    private static IEnumerable<int> Values(JsonElement seen) =>
        seen.GetProperty("responses").EnumerateArray().Select(number => number.GetProperty("value").GetInt32());

    private Task<JsonElement> PlayAsync(string scenario) => node.PlayAsync(server.Address, scenario, _id);
}
