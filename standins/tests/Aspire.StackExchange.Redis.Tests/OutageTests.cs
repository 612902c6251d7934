using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Godzilla.StandIns.Tests;

public class OutageTests
{
    // What a probe is promised: an answer within a second, on a machine that may be busy with other tests.
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(3);

    [RedisFact]
    public async Task AClientSurvivesTheServersDeath()
    {
        using var server = await RedisServer.StartNewAsync();
        using var host = Host(server);
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        var received = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await redis.GetSubscriber().SubscribeAsync(Channel, (_, message) => received.Enqueue(message!));
        await redis.GetDatabase().StringSetAsync("titan", "godzilla");
        Assert.Equal("godzilla", await redis.GetDatabase().StringGetAsync("titan"));
        Assert.Equal(HealthStatus.Healthy, await CheckAsync(host));

        for (var deaths = 0; deaths < 2; deaths++)
        {
            server.Kill();
            await Eventually.IsTrue(async () => await CheckAsync(host) == HealthStatus.Unhealthy, "the check tells of the death");
            await Assert.ThrowsAsync<RedisConnectionException>(() => redis.GetDatabase().StringGetAsync("titan"));

            await server.StartAsync();
            var outage = Stopwatch.StartNew();
            await Eventually.IsTrue(async () => await CheckAsync(host) == HealthStatus.Healthy, "the check tells of the return");
            Assert.InRange(outage.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            await redis.GetDatabase().StringSetAsync("titan", "mothra");
            Assert.Equal("mothra", await redis.GetDatabase().StringGetAsync("titan"));

            received.Clear();
            await Eventually.IsTrue(
                async () =>
                {
                    await redis.GetSubscriber().PublishAsync(Channel, $"after death {deaths}");
                    return received.Contains($"after death {deaths}");
                },
                "the subscription is back");
        }
    }

    [RedisFact]
    public async Task AClientStartsWithoutTheServer()
    {
        using var server = RedisServer.Reserve();
        using var host = Host(server);
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync(host));

        await server.StartAsync();
        await Eventually.IsTrue(async () => await CheckAsync(host) == HealthStatus.Healthy, "the check tells of the arrival");
        await host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().StringSetAsync("titan", "rodan");
    }

    [RedisFact]
    public async Task AFrozenServerIsUnhealthyWithoutAWait()
    {
        using var server = await RedisServer.StartNewAsync();
        using var host = Host(server);
        Assert.Equal(HealthStatus.Healthy, await CheckAsync(host));

        await server.FreezeAsync();
        for (var probe = 0; probe < 3; probe++)
        {
            Assert.Equal(HealthStatus.Unhealthy, await CheckAsync(host));
        }

        // Once the server has taken it, the client knows nothing of a time limit for a command: its callers have to.
        var command = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().StringGetAsync("titan");
        await Assert.ThrowsAsync<TimeoutException>(() => command.WaitAsync(TimeSpan.FromMilliseconds(200)));

        await server.ThawAsync();
        await Eventually.IsTrue(async () => await CheckAsync(host) == HealthStatus.Healthy, "the check tells of the thaw");
        Assert.True((await command.WaitAsync(Eventually.Limit)).IsNull);
    }

    [RedisFact]
    public async Task AServerThatIsFrozenFromTheStartIsUnhealthyWithoutAWait()
    {
        using var server = await RedisServer.StartNewAsync();
        await server.FreezeAsync();
        using var host = Host(server, options => options.ConnectTimeout = 5000);
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync(host));
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync(host));

        await server.ThawAsync();
        await Eventually.IsTrue(async () => await CheckAsync(host) == HealthStatus.Healthy, "the check tells of the thaw");
    }

    [RedisFact]
    public async Task AWrongPasswordIsUnhealthy()
    {
        using var server = await RedisServer.StartNewAsync();
        using var host = Host(server, options => options.Password = "another");
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync(host));
    }

    [RedisFact]
    public async Task KeyedClientsAreApartAndTheHostCanStartThem()
    {
        using var first = await RedisServer.StartNewAsync();
        using var second = RedisServer.Reserve();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["ConnectionStrings:first"] = first.ConnectionString;
        builder.Configuration["ConnectionStrings:second"] = second.ConnectionString;
        builder.AddKeyedRedisClient("first", settings => settings.DisableAutoActivation = false, Quick);
        builder.AddKeyedRedisClient("second", configureOptions: Quick);
        using var host = builder.Build();
        await host.StartAsync();

        var checks = host.Services.GetRequiredService<HealthCheckService>();
        await Eventually.IsTrue(
            async () => (await checks.CheckHealthAsync()).Entries["StackExchange.Redis_first"].Status == HealthStatus.Healthy,
            "the one that is there is healthy");
        Assert.Equal(HealthStatus.Unhealthy, (await checks.CheckHealthAsync()).Entries["StackExchange.Redis_second"].Status);
        await host.Services.GetRequiredKeyedService<IConnectionMultiplexer>("first").GetDatabase().StringSetAsync("titan", "gigan");
        Assert.Null(host.Services.GetService<IConnectionMultiplexer>());
        await host.StopAsync();
    }

    private static RedisChannel Channel => new("titans", RedisChannel.PatternMode.Literal);

    // As the services set them: a client that is quick to give up on a connection is quick to try the next.
    private static void Quick(ConfigurationOptions options)
    {
        options.ConnectTimeout = 700;
        options.ConnectRetry = 1;
    }

    private static IHost Host(RedisServer server, Action<ConfigurationOptions>? configure = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:redis", (string?)server.ConnectionString)]);
        builder.AddRedisClient("redis", settings => settings.DisableTracing = true, options =>
        {
            Quick(options);
            configure?.Invoke(options);
        });
        return builder.Build();
    }

    private static async Task<HealthStatus> CheckAsync(IHost host)
    {
        var checks = host.Services.GetRequiredService<HealthCheckService>();
        var report = await checks.CheckHealthAsync().WaitAsync(ProbeLimit);
        return Assert.Single(report.Entries).Value.Status;
    }
}
