using System.Globalization;
using System.Net.Mime;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Inference.Generation;
using Godzilla.Inference.OpenAI;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Responses;

/// <summary>Creates responses, and reads, cancels and deletes those that are kept.</summary>
internal static class ResponseEndpoints
{
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CancelPoll = TimeSpan.FromMilliseconds(25);

    internal static async Task CreateAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        CompletionRunner runner,
        CompletionErrors errors,
        ResponseStore store,
        BackgroundResponses background,
        FailurePolicy failures,
        IOptions<GenerationOptions> options,
        TimeProvider time)
    {
        var request = ResponseRequest.Parse(await RequestBody.ReadAsync(context.Request));
        var items = await ReadHistoryAsync(request, caller, store, context.RequestAborted);
        var job = Prepare(runner, request, items, caller);
        foreach (var item in request.Input)
        {
            items.Add(item!.DeepClone());
        }

        InputItems.Identify(items);
        var id = $"resp_{Guid.NewGuid():N}";
        if (request.Background)
        {
            var queued = new ResponseBuilder(id, job.Created, request, ResponseStatus.Queued);
            var stored = Stored(id, caller, queued, items, time);
            await store.SaveAsync(stored);
            background.Begin(job, new ResponseBuilder(id, job.Created, request, ResponseStatus.InProgress), stored);
            await WriteAsync(context, queued.ToJson());
            return;
        }

        var aborted = context.RequestAborted;
        await using var stream = new EventStream(context.Response, request.Stream, options.Value.KeepAlive, time);
        var response = new ResponseBuilder(
            id, job.Created, request, ResponseStatus.InProgress, stream.SetHeader, request.Stream ? (type, told) => stream.SendAsync(type, told, aborted) : null);
        try
        {
            await runner.RunAsync(job, response, aborted);
            await response.CompleteAsync(job.Meter);
            if (request.Store && !await TrySaveAsync())
            {
                response.IsNotStored();
            }

            if (request.Stream)
            {
                await response.TellEndAsync();
            }
            else
            {
                await stream.SendAsync(JsonSerializer.SerializeToUtf8Bytes(response.ToJson()), aborted);
            }
        }
        catch (Exception) when (aborted.IsCancellationRequested)
        {
            // The client left; what it got is charged.
        }
        catch (OpenAIException exception) when (!context.Response.HasStarted)
        {
            throw ResponseRequest.Renamed(exception);
        }
        catch (Exception exception) when (request.Stream && context.Response.HasStarted)
        {
            response.Stop(ResponseStatus.Failed, errors.Of(exception, job).Error);
            await response.TellEndAsync();
        }

        // The answer is there and paid for: a store that is away takes nothing from it.
        async Task<bool> TrySaveAsync()
        {
            try
            {
                await store.SaveAsync(Stored(id, caller, response, items, time));
                return true;
            }
            catch (Exception exception) when (failures.IsOutage(exception, "/v1/responses"))
            {
                return false;
            }
        }
    }

    internal static async Task GetAsync(
        string id, HttpContext context, ClaimsPrincipal caller, ResponseStore store, TimeProvider time) =>
        await WriteAsync(context, JsonNode.Parse(await FindAsync(id, caller, store, time, context.RequestAborted) is { } found ? found.Body : throw ResponseErrors.NotFound(id))!);

    internal static async Task ListInputAsync(
        string id, string? limit, string? order, string? after, HttpContext context, ClaimsPrincipal caller, ResponseStore store)
    {
        var found = await store.FindAsync(id, caller.Username(), context.RequestAborted) ?? throw ResponseErrors.NotFound(id);
        var query = JsonSerializer.SerializeToElement(new Dictionary<string, JsonNode?>(StringComparer.Ordinal)
        {
            ["limit"] = int.TryParse(limit, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : limit,
            ["order"] = order,
            ["after"] = after,
        });
        await WriteAsync(context, InputItems.Page(JsonNode.Parse(found.Input)!.AsArray(), new JsonFields(query)));
    }

    internal static async Task DeleteAsync(string id, HttpContext context, ClaimsPrincipal caller, ResponseStore store)
    {
        if (!await store.DeleteAsync(id, caller.Username()))
        {
            throw ResponseErrors.NotFound(id);
        }

        await WriteAsync(context, new JsonObject { ["id"] = id, ["object"] = "response", ["deleted"] = true });
    }

    internal static async Task CancelAsync(
        string id, HttpContext context, ClaimsPrincipal caller, ResponseStore store, BackgroundResponses background, TimeProvider time)
    {
        var found = await FindAsync(id, caller, store, time, context.RequestAborted) ?? throw ResponseErrors.NotFound(id);
        if (!JsonNode.Parse(found.Body)!["background"]!.GetValue<bool>())
        {
            throw ResponseErrors.NotInBackground();
        }

        if (!ResponseStatus.IsFinal(found.Status))
        {
            await background.CancelAsync(id);
            for (var started = time.GetTimestamp(); !ResponseStatus.IsFinal(found.Status) && time.GetElapsedTime(started) < CancelLimit;)
            {
                await Task.Delay(CancelPoll, time, context.RequestAborted);
                found = await FindAsync(id, caller, store, time, context.RequestAborted) ?? throw ResponseErrors.NotFound(id);
            }
        }

        await WriteAsync(context, JsonNode.Parse(found.Body)!);
    }

    private static CompletionJob Prepare(CompletionRunner runner, ResponseRequest request, JsonArray history, ClaimsPrincipal caller)
    {
        try
        {
            return runner.Prepare(request.ToChat(history), caller);
        }
        catch (OpenAIException exception)
        {
            throw ResponseRequest.Renamed(exception);
        }
    }

    private static async Task<JsonArray> ReadHistoryAsync(ResponseRequest request, ClaimsPrincipal caller, ResponseStore store, CancellationToken cancellationToken)
    {
        if (request.PreviousId is not { } id)
        {
            return [];
        }

        if (await store.FindAsync(id, caller.Username(), cancellationToken) is not { } previous)
        {
            throw ResponseErrors.NoPrevious(id);
        }

        var items = JsonNode.Parse(previous.Input)!.AsArray();
        foreach (var item in JsonNode.Parse(previous.Body)!["output"]!.AsArray())
        {
            items.Add(item!.DeepClone());
        }

        return items;
    }

    // Whoever finds one whose replica has died says so for all.
    private static async Task<StoredResponse?> FindAsync(string id, ClaimsPrincipal caller, ResponseStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(id, caller.Username(), cancellationToken);
        if (found is null || ResponseStatus.IsFinal(found.Status) || time.GetBsonTime() - found.AliveAt < BackgroundResponses.SilenceLimit)
        {
            return found;
        }

        var body = JsonNode.Parse(found.Body)!;
        body["status"] = ResponseStatus.Failed;
        body["error"] = new JsonObject { ["code"] = "server_error", ["message"] = OpenAIErrors.Interrupted().Error.Message };
        var ended = new StoredResponse
        {
            Id = found.Id,
            User = found.User,
            CreatedAt = found.CreatedAt,
            AliveAt = found.AliveAt,
            Input = found.Input,
            Status = ResponseStatus.Failed,
            Body = body.ToJsonString(),
        };
        return await store.TryEndAsync(ended) ? ended : await store.FindAsync(id, caller.Username(), cancellationToken);
    }

    private static StoredResponse Stored(string id, ClaimsPrincipal caller, ResponseBuilder response, JsonArray items, TimeProvider time) => new()
    {
        Id = id,
        User = caller.Username(),
        CreatedAt = time.GetBsonTime(),
        AliveAt = time.GetBsonTime(),
        Status = response.Status,
        Input = items.ToJsonString(),
        Body = response.ToJson().ToJsonString(),
    };

    private static Task WriteAsync(HttpContext context, JsonNode body)
    {
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body), context.RequestAborted).AsTask();
    }
}
