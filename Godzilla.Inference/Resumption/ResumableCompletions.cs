using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Godzilla.Inference.Generation;
using Godzilla.Inference.OpenAI;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Resumption;

/// <summary>
/// Answers requests with an <c>Idempotency-Key</c>: the first generates, whether its client stays or not; each with the same key and body gets
/// the same events, from the start or after its <c>Last-Event-ID</c>, at any replica.
/// </summary>
internal sealed partial class ResumableCompletions(
    CompletionLog log,
    CompletionRunner runner,
    CompletionErrors errors,
    IOptions<ResumptionOptions> options,
    IOptions<GenerationOptions> generation,
    TimeProvider time,
    ILogger<ResumableCompletions> logger) : IHostedService, IDisposable
{
    private const string KeyHeader = "Idempotency-Key";
    private const string LastEventHeader = "Last-Event-ID";
    private const int MaxKeyLength = 255;
    private const int PageSize = 256;

    // How soon events of another replica are seen.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, (CompletionRun Run, Task Task)> _runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The idempotency key of a request; <see langword="null"/> if it has none.</summary>
    /// <exception cref="OpenAIException">It cannot be one.</exception>
    public static string? KeyOf(HttpRequest request)
    {
        var values = request.Headers[KeyHeader];
        return values.Count == 0 ? null
            : values is [{ Length: > 0 and <= MaxKeyLength } key] ? key
            : throw OpenAIException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"{KeyHeader} must have 1 to {MaxKeyLength} characters."), KeyHeader, "invalid_value");
    }

    /// <summary>Generates a completion, or finds the one that the key stands for, and sends its events.</summary>
    public async Task AnswerAsync(HttpContext context, string key, ReadOnlyMemory<byte> body, CompletionJob job)
    {
        var (name, hash) = (CompletionLog.NameOf(job.User, key), Convert.ToHexStringLower(SHA256.HashData(body.Span)));
        var after = ReadLastEvent(context.Request);
        var (id, isNew) = await FindOrStartAsync(name, hash, job, mayStart: after == 0);
        await using var stream = new EventStream(context.Response, job.Request.Stream, generation.Value.KeepAlive, time);
        try
        {
            await SendAsync(stream, name, id, after, isNew, context.RequestAborted);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // It may come back.
        }
        catch (Exception exception) when (job.Request.Stream && context.Response.HasStarted)
        {
            await stream.SendErrorAsync(errors.Of(exception, job).Error);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets what is generated come to its end for a while, and then ends it with an error that says so.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.CancelAfter(DrainTime);
        await Task.WhenAll(_runs.Values.Select(run => run.Task));
    }

    public void Dispose() => _stop.Dispose();

    private static long ReadLastEvent(HttpRequest request)
    {
        var value = request.Headers[LastEventHeader].ToString();
        return value.Length == 0 ? 0
            : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw OpenAIException.Invalid($"{LastEventHeader} must be the id of an event of this stream.", LastEventHeader, "invalid_value");
    }

    private async Task<(string Id, bool IsNew)> FindOrStartAsync(string name, string hash, CompletionJob job, bool mayStart)
    {
        if (!mayStart)
        {
            // To generate it anew would give another stream, and cost again.
            var (run, body) = await log.FindAsync(name) ?? throw OpenAIErrors.StreamGone();
            return body == hash ? (run, false) : throw OpenAIErrors.OtherBody();
        }

        var id = Guid.NewGuid().ToString("N");
        if (await log.ClaimAsync(name, hash, id) is not { } claimed)
        {
            throw OpenAIErrors.OtherBody();
        }

        if (claimed != id)
        {
            return (claimed, false);
        }

        var started = new CompletionRun(id, name, job, log, time);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _runs[id] = (started, RunAsync(started, ready.Task));
        ready.SetResult();
        return (id, true);
    }

    private async Task RunAsync(CompletionRun run, Task ready)
    {
        await ready;
        try
        {
            await run.RunAsync(runner, errors, options.Value.Lease / 4, _stop.Token);
        }
        catch (Exception exception)
        {
            // Its readers find no end and no lease, and say that it was interrupted.
            LogLost(logger, exception.GetType().Name);
        }
        finally
        {
            _runs.TryRemove(run.Id, out _);
        }
    }

    private async Task SendAsync(EventStream stream, string name, string id, long after, bool isNew, CancellationToken cancellationToken)
    {
        var quietSince = time.GetTimestamp();
        var wasDead = false;
        while (true)
        {
            // Before the log is read: what comes meanwhile ends the wait.
            var appended = _runs.TryGetValue(id, out var local) ? local.Run.Appended : null;
            var entries = await log.ReadAsync(id, after, PageSize);
            foreach (var entry in entries)
            {
                after = entry.Number;
                switch (entry.Kind)
                {
                    case EventKind.Head:
                        SetHeaders(stream, entry.Payload, isNew);
                        break;
                    case EventKind.Data:
                        await stream.SendAsync(Id(after), entry.Payload, cancellationToken);
                        break;
                    case EventKind.Error:
                        throw JsonSerializer.Deserialize(entry.Payload.Span, EventJson.Default.RecordedError)!.ToException();
                    default:
                        await stream.SendDoneAsync(Id(after));
                        return;
                }
            }

            if (entries.Count > 0)
            {
                (quietSince, wasDead) = (time.GetTimestamp(), false);
                continue;
            }

            if (appended is not null)
            {
                // A run that ends without an entry lost its log.
                await Task.WhenAny(appended, local.Task).WaitAsync(cancellationToken);
                continue;
            }

            // The client has had all of it.
            if (await log.FindLastAsync(id) is { Kind: EventKind.End or EventKind.Error } last && last.Number <= after)
            {
                await stream.BeginAsync(cancellationToken);
                return;
            }

            // Its last entries may have come just before its lease ran out, so the log is read once more.
            if (wasDead)
            {
                await log.ReleaseAsync(name, id);
                throw OpenAIErrors.Interrupted();
            }

            wasDead = time.GetElapsedTime(quietSince) > options.Value.Lease / 4 && !await log.IsAliveAsync(id);
            await Task.Delay(PollEvery, time, cancellationToken);
        }
    }

    // What the first was told of its limits is no longer so.
    private static void SetHeaders(EventStream stream, ReadOnlyMemory<byte> json, bool isNew)
    {
        var headers = JsonSerializer.Deserialize(json.Span, EventJson.Default.DictionaryStringString)!;
        foreach (var (name, value) in headers.Where(header => isNew || !header.Key.StartsWith("x-ratelimit-", StringComparison.Ordinal)))
        {
            stream.SetHeader(name, value);
        }

        if (!isNew)
        {
            stream.SetHeader("idempotent-replayed", "true");
        }
    }

    private static string Id(long number) => number.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The events of a completion could not be kept: {Exception}")]
    private static partial void LogLost(ILogger logger, string exception);
}
