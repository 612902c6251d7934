using System.Net;
using System.Runtime.CompilerServices;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Connections;
using MongoDB.Driver.Core.Servers;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class MongoFailureTests
{
    private const int OutOfDiskSpace = 14031;

    [Theory]
    [InlineData(typeof(MongoNotPrimaryException))]
    [InlineData(typeof(MongoNodeIsRecoveringException))]
    [InlineData(typeof(MongoConnectionPoolPausedException))]
    [InlineData(typeof(MongoConnectionException))]
    [InlineData(typeof(MongoWaitQueueFullException))]
    [InlineData(typeof(MongoExecutionTimeoutException))]
    [InlineData(typeof(TimeoutException))]
    public void AnOutageOrAFailoverIsOne(Type type) => Assert.True(IsOutage((Exception)RuntimeHelpers.GetUninitializedObject(type)));

    [Fact]
    public void AFullDiskIsOneToo() => Assert.True(IsOutage(CommandError(OutOfDiskSpace)));

    [Theory]
    [InlineData(2)]
    [InlineData(59)]
    [InlineData(11000)]
    public void AnotherErrorOfACommandIsABug(int code) => Assert.False(IsOutage(CommandError(code)));

    [Theory]
    [InlineData(typeof(MongoWriteException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(FormatException))]
    public void AnythingElseIsABug(Type type) => Assert.False(IsOutage((Exception)RuntimeHelpers.GetUninitializedObject(type)));

    [Fact]
    public async Task AnOutageIsServiceUnavailableAndABugIsAnInternalServerError()
    {
        await using var host = await ServiceHost.StartAsync("Production", AddMongo, app =>
        {
            app.MapGet("/failover", string () => throw CommandErrorOf<MongoNotPrimaryException>());
            app.MapGet("/bug", string () => throw CommandError(59));
        });

        using var failover = await host.Http.GetAsync("/failover");
        Assert.Equal("Service Unavailable", await Envelope.AssertAsync(HttpStatusCode.ServiceUnavailable, failover));
        Assert.Equal(TimeSpan.FromSeconds(1), failover.Headers.RetryAfter?.Delta);
        using var bug = await host.Http.GetAsync("/bug");
        Assert.Equal("Internal Server Error", await Envelope.AssertAsync(HttpStatusCode.InternalServerError, bug));
    }

    private static bool IsOutage(Exception exception)
    {
        var builder = TestHost.CreateBuilder();
        AddMongo(builder);
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<DependencyFailures>>().Value.Match(exception);
    }

    private static void AddMongo(WebApplicationBuilder builder)
    {
        builder.Configuration["ConnectionStrings:chatdb"] = "mongodb://127.0.0.1:1/chatdb";
        builder.AddMongo("chatdb");
    }

    private static MongoCommandException CommandError(int code) =>
        new(Connection, "failed", new BsonDocument("insert", "messages"), new BsonDocument { { "ok", 0 }, { "code", code } });

    private static Exception CommandErrorOf<T>()
        where T : MongoCommandException =>
        (Exception)Activator.CreateInstance(typeof(T), Connection, new BsonDocument("insert", "messages"), new BsonDocument("ok", 0))!;

    private static ConnectionId Connection => new(new ServerId(new ClusterId(), new DnsEndPoint("localhost", 1)));
}
