using Godzilla.StandIns.Tests.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Godzilla.StandIns.Tests;

public sealed class DotNetClientTests : IClassFixture<TitansServer>, IAsyncDisposable
{
    private readonly TitansServer _server;
    private readonly ServiceProvider _services;
    private readonly Titans.TitansClient _client;
    private readonly string _id = Guid.NewGuid().ToString("N");

    public DotNetClientTests(TitansServer server)
    {
        _server = server;
        var services = new ServiceCollection();
        services.AddGrpcClient<Titans.TitansClient>(options => options.Address = server.Address)
            .ConfigureChannel(options => options.MaxReceiveMessageSize = 128 * 1024);
        services.AddGrpcClient<Health.HealthClient>(options => options.Address = server.Address);
        _services = services.BuildServiceProvider();
        _client = _services.GetRequiredService<Titans.TitansClient>();
    }

    [Fact]
    public async Task EveryKindOfFieldCrossesBothWays()
    {
        var titan = new Titan
        {
            Name = "Göjira",
            Aliases = { "G", "King" },
            Depths = { -1, 0, 300 },
            Fights = { ["kong"] = 2, ["ghidorah"] = 3 },
            Realm = Realm.HollowEarth,
            Genome = ByteString.CopyFrom(0, 255),
            SeenAt = new Timestamp { Seconds = 1700000000, Nanos = 5 },
            Parent = new Titan { Name = "Old", Myth = "sea" },
            Age = 0,
            Height = 119.75,
            Alive = true,
            Mass = 99634,
            Tag = uint.MaxValue,
            Speed = 1.5f,
        };

        var answer = await _client.DescribeAsync(titan, Headers());
        Assert.Equal(titan, answer);
        Assert.True(answer.HasAge);
        Assert.Equal(titan, _client.Describe(titan, Headers()));
        Assert.Equal(titan, Titan.Parser.ParseJson(titan.ToString()));
        Assert.Equal(titan, Titan.Parser.ParseFrom(titan.ToByteArray()));
        Assert.Equal("titans.Titan", Titan.Descriptor.FullName);
        Assert.Contains($"/titans.Titans/Describe {_id}", _server.Log.Intercepted);
    }

    [Fact]
    public async Task AServersStreamArrivesWholeAndInOrder()
    {
        using var call = _client.Count(new Number { Value = 100 });
        Assert.Equal(Enumerable.Range(1, 100).Select(value => (long)value), await ReadAsync(call.ResponseStream));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task AClientsStreamArrivesWhole()
    {
        using var call = _client.Sum();
        foreach (var value in Enumerable.Range(1, 100))
        {
            await call.RequestStream.WriteAsync(new Number { Value = value });
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(5050, (await call).Value);
    }

    [Fact]
    public async Task StreamsGoBothWaysInTurns()
    {
        using var call = _client.Echo();
        foreach (var value in Enumerable.Range(1, 5))
        {
            await call.RequestStream.WriteAsync(new Number { Value = value });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(value, call.ResponseStream.Current.Value);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task ADeadlineEndsTheCallOnBothSides()
    {
        var deadline = DateTime.UtcNow.AddMilliseconds(300);
        await AssertFailsAsync(StatusCode.DeadlineExceeded, _client.SleepAsync(new(), Headers(), deadline).ResponseAsync);
        Assert.InRange(await _server.Log.CancelledAsync(_id), deadline.AddSeconds(-5), deadline.AddSeconds(5));
    }

    [Fact]
    public async Task ADeadlineEndsAStreamOnBothSides()
    {
        using var call = _client.SleepStream(new(), Headers(), DateTime.UtcNow.AddMilliseconds(500));
        await AssertFailsAsync(StatusCode.DeadlineExceeded, ReadAsync(call.ResponseStream));
        Assert.NotEqual(DateTime.MaxValue, await _server.Log.CancelledAsync(_id));
    }

    [Fact]
    public async Task TheServerSeesTheClientCancel()
    {
        using var cancel = new CancellationTokenSource();
        using var call = _client.SleepStream(new(), Headers(), cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        await cancel.CancelAsync();

        await AssertFailsAsync(StatusCode.Cancelled, call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(DateTime.MaxValue, await _server.Log.CancelledAsync(_id));
    }

    [Fact]
    public async Task DisposingACallCancelsIt()
    {
        var call = _client.SleepStream(new(), Headers());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        call.Dispose();
        await _server.Log.CancelledAsync(_id);
    }

    [Fact]
    public async Task MetadataGoesBothWaysAsTextAndAsBytes()
    {
        using var call = _client.MirrorAsync(new(), new Metadata { { "X-Text", "fire breath" }, { "x-bytes-bin", [0, 1, 254, 255] } });
        var headers = await call.ResponseHeadersAsync;
        Assert.Equal("fire breath", headers.GetValue("x-text"));
        Assert.Equal([0, 1, 254, 255], headers.GetValueBytes("x-bytes-bin"));

        await call;
        var trailers = call.GetTrailers();
        Assert.Equal("fire breath", trailers.GetValue("trailing-x-text"));
        Assert.Equal([0, 1, 254, 255], trailers.GetValueBytes("trailing-x-bytes-bin"));
    }

    [Fact]
    public async Task AStatusCrossesWithItsDetailAndTrailers()
    {
        var exception = await AssertFailsAsync(
            StatusCode.FailedPrecondition,
            _client.FailAsync(new Failure { Code = (int)StatusCode.FailedPrecondition, Detail = "no ☢ left: 100%" }).ResponseAsync);
        Assert.Equal("no ☢ left: 100%", exception.Status.Detail);
        Assert.Equal("exhausted", exception.Trailers.GetValue("x-why"));
        Assert.Equal([7, 0], exception.Trailers.GetValueBytes("x-why-bin"));
    }

    [Fact]
    public async Task AnExceptionsMessageStaysAtTheServer()
    {
        var exception = await AssertFailsAsync(
            StatusCode.Unknown, _client.FailAsync(new Failure { Detail = "a secret of the server" }).ResponseAsync);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMethodThatNobodyServesIsUnimplemented() =>
        await AssertFailsAsync(StatusCode.Unimplemented, _client.ExtinctAsync(new()).ResponseAsync);

    [Fact]
    public async Task ARequestThatIsTooLargeIsRefused()
    {
        var largest = new Titan { Genome = ByteString.CopyFrom(new byte[TitansServer.MaxRequest - 10]) };
        Assert.Equal(largest, await _client.DescribeAsync(largest));
        var larger = new Titan { Genome = ByteString.CopyFrom(new byte[TitansServer.MaxRequest + 1]) };
        await AssertFailsAsync(StatusCode.ResourceExhausted, _client.DescribeAsync(larger).ResponseAsync);
    }

    [Fact]
    public async Task AResponseThatIsTooLargeIsRefused()
    {
        Assert.Equal(100 * 1024, (await _client.GrowAsync(new Number { Value = 100 * 1024 })).Genome.Length);
        await AssertFailsAsync(StatusCode.ResourceExhausted, _client.GrowAsync(new Number { Value = 200 * 1024 }).ResponseAsync);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task MessagesAreCompressedBothWays(string encoding)
    {
        var titan = new Titan { Name = new string('a', 10000) };
        var answer = await _client.DescribeAsync(titan, [.. Headers(), new("grpc-internal-encoding-request", encoding)]);
        Assert.Equal(titan, answer);
        await Eventually.IsTrue(() => _server.Log.Encodings.ContainsKey(_id), "the server is done with the call");
        Assert.Equal((encoding, "gzip"), _server.Log.Encodings[_id]);
    }

    [Fact]
    public async Task ManyCallsShareTheChannel()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(async value =>
        {
            using var call = _client.Echo();
            await call.RequestStream.WriteAsync(new Number { Value = value });
            await call.RequestStream.CompleteAsync();
            return Assert.Single(await ReadAsync(call.ResponseStream));
        }));
        Assert.Equal(Enumerable.Range(0, 300).Select(value => (long)value), answers);
    }

    [Fact]
    public async Task HealthIsCheckedAndWatched()
    {
        var health = _services.GetRequiredService<Health.HealthClient>();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new())).Status);
        await AssertFailsAsync(StatusCode.NotFound, health.CheckAsync(new() { Service = "nobody" }).ResponseAsync);

        using var watch = health.Watch(new() { Service = "nobody" });
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, watch.ResponseStream.Current.Status);
    }

    [Fact]
    public async Task ChecksAreMappedToServices()
    {
        await using var server = new TitansServer
        {
            Configure = services =>
            {
                services.AddHealthChecks().AddCheck("sick", () => HealthCheckResult.Unhealthy(), ["database"]);
                services.AddGrpcHealthChecks(options =>
                {
                    options.Services.Map("titans", check => check.Name == "titans");
                    options.Services.Map("store", check => check.Tags.Contains("database"));
                    options.Services.Map("nothing", _ => false);
                });
            },
        };
        await server.InitializeAsync();
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);
        var health = new Health.HealthClient(channel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await StatusAsync("titans"));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await StatusAsync("store"));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await StatusAsync(""));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Unknown, await StatusAsync("nothing"));

        async Task<HealthCheckResponse.Types.ServingStatus> StatusAsync(string service) =>
            (await health.CheckAsync(new() { Service = service })).Status;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static async Task<RpcException> AssertFailsAsync(StatusCode expected, Task call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Eventually.Limit));
        Assert.Equal(expected, exception.StatusCode);
        return exception;
    }

    private static async Task<List<long>> ReadAsync(IAsyncStreamReader<Number> stream)
    {
        var values = new List<long>();
        await foreach (var number in stream.ReadAllAsync())
        {
            values.Add(number.Value);
        }

        return values;
    }

    private Metadata Headers() => new() { { "id", _id } };
}
