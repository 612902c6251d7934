using System.Collections.Concurrent;
using Godzilla.Inference.Generation;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Inference.Responses;

/// <summary>
/// Responses that go on without their client. Any replica answers for them, from the store; a cancellation reaches the one that is at it
/// over Redis. One whose replica has died shows by its silence.
/// </summary>
internal sealed partial class BackgroundResponses : BackgroundService
{
    /// <summary>After so long a replica that says nothing is gone.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(15);

    private const string Channel = "inference:cancel";
    private static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan SaveRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SaveLimit = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);
    private readonly CompletionRunner _runner;
    private readonly CompletionErrors _errors;
    private readonly ResponseStore _store;
    private readonly IConnectionMultiplexer _redis;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private readonly ILogger<BackgroundResponses> _logger;
    private readonly CheckedSubscription _cancellations;

    public BackgroundResponses(
        CompletionRunner runner,
        CompletionErrors errors,
        ResponseStore store,
        IConnectionMultiplexer redis,
        IOptions<DependencyFailures> failures,
        TimeProvider time,
        ILogger<BackgroundResponses> logger)
    {
        (_runner, _errors, _store, _redis, _failures, _time, _logger) = (runner, errors, store, redis, failures.Value, time, logger);
        _cancellations = new CheckedSubscription(redis, Channel, failures.Value, time, id => CancelHere(id.ToString()));
    }

    /// <summary>Begins one that is stored already.</summary>
    public void Begin(CompletionJob job, ResponseBuilder response, StoredResponse stored)
    {
        var cancellation = new CancellationTokenSource();
        _running[stored.Id] = cancellation;
        _ = RunAsync(job, response, stored, cancellation);
    }

    /// <summary>Cancels one, at whichever replica it runs.</summary>
    public async Task CancelAsync(string id)
    {
        if (!CancelHere(id))
        {
            await _redis.GetSubscriber().PublishAsync(RedisChannel.Literal(Channel), id).WithTimeout();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What they have so far is stored.
        foreach (var id in _running.Keys)
        {
            CancelHere(id);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_cancellations.RunAsync(stoppingToken), _time.RepeatAsync(AliveEvery, _ => SayAliveAsync(), stoppingToken));

    private bool CancelHere(string id)
    {
        if (!_running.TryGetValue(id, out var cancellation))
        {
            return false;
        }

        try
        {
            cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }

        return true;
    }

    private async Task RunAsync(CompletionJob job, ResponseBuilder response, StoredResponse stored, CancellationTokenSource cancellation)
    {
        try
        {
            await _runner.RunAsync(job, response, cancellation.Token);
            await response.CompleteAsync(job.Meter);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            response.Stop(ResponseStatus.Cancelled);
        }
        catch (Exception exception)
        {
            response.Stop(ResponseStatus.Failed, _errors.Of(exception, job).Error);
        }
        finally
        {
            await SaveAsync(Ended(stored, response));
            _running.TryRemove(stored.Id, out _);
            cancellation.Dispose();
        }
    }

    private static StoredResponse Ended(StoredResponse stored, ResponseBuilder response) => new()
    {
        Id = stored.Id,
        User = stored.User,
        CreatedAt = stored.CreatedAt,
        AliveAt = stored.AliveAt,
        Input = stored.Input,
        Status = response.Status,
        Body = response.ToJson().ToJsonString(),
    };

    // It is paid for: an outage of the store does not lose it.
    private async Task SaveAsync(StoredResponse ended)
    {
        for (var started = _time.GetTimestamp(); ;)
        {
            try
            {
                await _store.TryEndAsync(ended);
                return;
            }
            catch (Exception exception) when (_failures.Match(exception) && _time.GetElapsedTime(started) < SaveLimit)
            {
                await Task.Delay(SaveRetryAfter, _time);
            }
            catch (Exception exception)
            {
                LogNotSaved(_logger, exception, ended.Id);
                return;
            }
        }
    }

    private async Task SayAliveAsync()
    {
        foreach (var id in _running.Keys)
        {
            await NoteAliveAsync(id);
        }
    }

    private async Task NoteAliveAsync(string id)
    {
        try
        {
            await _store.NoteAliveAsync(id, _time.GetBsonTime());
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            // Who asks for it has to wait for the store, too.
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Response {Id} could not be stored")]
    private static partial void LogNotSaved(ILogger logger, Exception exception, string id);
}
