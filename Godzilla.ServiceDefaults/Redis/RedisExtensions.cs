using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Godzilla.ServiceDefaults.Redis;

/// <summary>Redis as every service uses it: quick to give up, quick to come back.</summary>
public static class RedisExtensions
{
    /// <summary>How long a service waits for Redis before it answers 503; a caller has its answer within a second.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(700);

    // Redis is there and says that it cannot: it is starting, its disk or its memory is full, or it is the wrong one of several.
    private static readonly string[] Outages = ["LOADING", "MISCONF", "OOM", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "BUSY"];

    /// <summary>
    /// Adds <see cref="IConnectionMultiplexer"/> for the connection string <paramref name="name"/>, with its health check. It connects
    /// in the background for as long as it takes, so a service starts, and recovers, without Redis.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="name">The resource's name in the app host.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IHostApplicationBuilder AddRedis(this IHostApplicationBuilder builder, string name)
    {
        builder.AddRedisClient(
            name,

            // The first connection blocks the thread that asks for it: better at the start than under the first requests.
            settings => settings.DisableAutoActivation = false,
            options =>
            {
                options.AbortOnConnectFail = false;
                options.ConnectTimeout = (int)TimeLimit.TotalMilliseconds;
                options.SyncTimeout = (int)TimeLimit.TotalMilliseconds;
                options.ConnectRetry = 1;
            });
        builder.Services.Configure<DependencyFailures>(failures => failures
            .Add<RedisConnectionException>()
            .Add<RedisServerException>(exception => Array.Exists(
                Outages, outage => exception.Message.StartsWith(outage, StringComparison.Ordinal))));
        return builder;
    }

    /// <summary>Waits for an answer of Redis, at most <see cref="TimeLimit"/>.</summary>
    /// <typeparam name="T">What Redis answers.</typeparam>
    /// <param name="command">A command under way. It is not called back: one that Redis gets to later still runs.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public static Task<T> Within<T>(this Task<T> command, CancellationToken cancellationToken = default) =>
        command.WaitAsync(TimeLimit, cancellationToken);
}
