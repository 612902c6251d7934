using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>Healthy when every server answers a PING in time.</summary>
internal sealed class RedisHealthCheck(Func<IConnectionMultiplexer> connect) : IHealthCheck
{
    // A probe expects an answer within a second; the client's own time-out is five.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(800);

    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connection;
    private Task? _ping;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await CurrentPing().WaitAsync(Limit, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Redis does not answer.", exception);
        }
    }

    // A server that hangs keeps a PING for as long as it hangs; one of them waits, not one for each probe.
    private Task CurrentPing()
    {
        lock (_lock)
        {
            return _ping is null or { IsCompleted: true } ? _ping = PingAsync() : _ping;
        }
    }

    private async Task PingAsync()
    {
        var connection = await ConnectAsync();
        // As commands go: a server that answers may for a while be none that the client sends commands to.
        await connection.GetDatabase().PingAsync();
        foreach (var endPoint in connection.GetEndPoints(configuredOnly: true))
        {
            var server = connection.GetServer(endPoint);
            if (!server.IsConnected)
            {
                // Queued behind a connection that is not there, a PING would only wait for the limit.
                throw new InvalidOperationException($"There is no connection to {endPoint}.");
            }

            await server.PingAsync();
        }
    }

    // The first to need the client connects it, which blocks. Of the pool's threads, of which there may be as few as two, none is for that:
    // the client itself needs them to connect.
    private Task<IConnectionMultiplexer> ConnectAsync()
    {
        lock (_lock)
        {
            return _connection is null or { IsFaulted: true } or { IsCanceled: true }
                ? _connection = Task.Factory.StartNew(connect, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                : _connection;
        }
    }
}
