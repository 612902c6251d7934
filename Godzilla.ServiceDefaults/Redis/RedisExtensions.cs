using System.IO.Pipelines;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Godzilla.ServiceDefaults.Redis;

/// <summary>Redis with the time limits and the failure policy that every service shares.</summary>
public static class RedisExtensions
{
    // Redis answers, but cannot serve: it is starting, its disk or memory is full, or it is a replica.
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
        ArgumentNullException.ThrowIfNull(builder);

        builder.AddRedisClient(
            name,
            settings =>
            {
                // The first connection blocks the thread that asks for it: at start that costs less than under the first requests.
                settings.DisableAutoActivation = false;
                settings.DisableTracing = !builder.HasOtlpEndpoint();
            },
            options =>
            {
                options.AbortOnConnectFail = false;
                options.ConnectTimeout = (int)TimeoutExtensions.DependencyLimit.TotalMilliseconds;
                options.SyncTimeout = (int)TimeoutExtensions.DependencyLimit.TotalMilliseconds;
                options.ConnectRetry = 1;

                // Its own ten threads are for applications that block those of the pool. Nothing here does once it serves, and each hand-over to another thread costs time.
                options.SocketManager = SocketManager.ThreadPool;
            });
        builder.Services.Configure<DependencyFailures>(failures => failures
            .Add<RedisConnectionException>()
            .Add<InvalidOperationException>(IsBrokenRead)
            .Add<TaskCanceledException>(IsGivenUp)
            .Add<RedisServerException>(exception => Array.Exists(
                Outages, outage => exception.Message.StartsWith(outage, StringComparison.Ordinal))));
        return builder;
    }

    // Commands that wait for a connection which hangs are cancelled when the client gives it up, by nobody's token (seen with 2.13).
    private static bool IsGivenUp(TaskCanceledException exception) => exception.CancellationToken == CancellationToken.None;

    // A connection that breaks while its answer is being read fails the command with its pipe's own exception (seen with 2.13).
    private static bool IsBrokenRead(InvalidOperationException exception) => exception.Source == typeof(Pipe).Assembly.GetName().Name;
}
