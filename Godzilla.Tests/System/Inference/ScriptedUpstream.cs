using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Godzilla.Tests.System.Inference;

/// <summary>
/// Services with OpenAI's API, one under each path: <c>/good</c> says the last message's words again, <c>/down</c> fails, <c>/busy</c> has no room,
/// <c>/mute</c> never answers, <c>/broken</c> ends in the middle of a stream, <c>/held</c> says one word and the rest when a test lets it,
/// <c>/flaky</c> fails while a test wants it to, <c>/shaky</c> when it hears a request for the first time, <c>/sour</c> has an error as its first event.
/// </summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, JsonElement Body, string Authorization)> _requests = new();
    private readonly ConcurrentDictionary<string, bool> _heard = new(StringComparer.Ordinal);
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private int _held;

    private ScriptedUpstream()
    {
        var builder = TestHost.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost("/{name}/v1/chat/completions", AnswerAsync);
        _app.MapPost("/good/v1/embeddings", EmbedAsync);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>What came, oldest first.</summary>
    public IReadOnlyCollection<(string Path, JsonElement Body, string Authorization)> Requests => _requests;

    /// <summary>Whether <c>/flaky</c> fails.</summary>
    public bool IsFailing { get; set; }

    /// <summary>How many callers of <c>/held</c> and <c>/mute</c> have left before the end.</summary>
    public int Left => _left;

    /// <summary>How many wait at <c>/held</c>.</summary>
    public int Held => _held;

    /// <summary>How often a completion was asked for whose last message is this.</summary>
    public int Count(string message) => _requests.Count(request =>
        request.Body.TryGetProperty("messages", out var messages) && messages.EnumerateArray().Last().GetProperty("content").GetString() == message);

    public static async Task<ScriptedUpstream> StartAsync()
    {
        var upstream = new ScriptedUpstream();
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>Lets all that wait at <c>/held</c> go on.</summary>
    public void Release() => Interlocked.Exchange(ref _released, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, string name)
    {
        var released = _released.Task;
        var body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        _requests.Enqueue((name, body, context.Request.Headers.Authorization.ToString()));
        switch (name)
        {
            case "down":
            case "failing":
            case "flaky" when IsFailing:
            case "shaky" when _heard.TryAdd(body.GetRawText(), value: true):
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            case "busy":
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return;
            case "picky":
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(new { error = new { message = "No such voice.", type = "invalid_request_error", param = "audio.voice", code = "bad_voice" } });
                return;
            case "sour":
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync("""data: {"error":{"message":"No room.","type":"server_error","param":null,"code":"no_room"}}""" + "\n\n");
                return;
            case "mute":
                await LeftAsync(Task.Delay(Timeout.Infinite, context.RequestAborted), context);
                return;
            default:
                break;
        }

        var words = body.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!.Split(' ');
        var isStream = body.TryGetProperty("stream", out var stream) && stream.GetBoolean();
        if (!isStream)
        {
            await WaitAsync(name, released, context);
            await context.Response.WriteAsJsonAsync(Completion(body, string.Join(' ', words), words.Length));
            return;
        }

        context.Response.ContentType = "text/event-stream";
        for (var i = 0; i < words.Length; i++)
        {
            if (i == 1)
            {
                if (name == "broken")
                {
                    return;
                }

                await WaitAsync(name, released, context);
            }

            await SendAsync(context, Chunk(body, new JsonObject { ["content"] = i == 0 ? words[i] : $" {words[i]}" }, finish: null));
        }

        await SendAsync(context, Chunk(body, new JsonObject(), "stop"));
        if (body.TryGetProperty("stream_options", out var options) && options.GetProperty("include_usage").GetBoolean())
        {
            var usage = Start(body, "chat.completion.chunk");
            usage["choices"] = new JsonArray();
            usage["usage"] = Usage(words.Length);
            await SendAsync(context, usage);
        }

        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private async Task EmbedAsync(HttpContext context)
    {
        var body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        _requests.Enqueue(("good", body, context.Request.Headers.Authorization.ToString()));
        await context.Response.WriteAsJsonAsync(new
        {
            @object = "list",
            model = body.GetProperty("model").GetString(),
            data = new[] { new { @object = "embedding", index = 0, embedding = new[] { 0.25, -0.5 } } },
            usage = new { prompt_tokens = 3, total_tokens = 3 },
        });
    }

    private async Task WaitAsync(string name, Task released, HttpContext context)
    {
        if (name == "held")
        {
            Interlocked.Increment(ref _held);
            try
            {
                await LeftAsync(released.WaitAsync(context.RequestAborted), context);
            }
            finally
            {
                Interlocked.Decrement(ref _held);
            }
        }
    }

    private async Task LeftAsync(Task wait, HttpContext context)
    {
        try
        {
            await wait;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            Interlocked.Increment(ref _left);
            throw;
        }
    }

    private static async Task SendAsync(HttpContext context, JsonObject chunk)
    {
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static JsonObject Start(JsonElement request, string kind) => new()
    {
        ["id"] = "chatcmpl-upstream",
        ["object"] = kind,
        ["created"] = 1,
        ["model"] = request.GetProperty("model").GetString(),
    };

    private static JsonObject Chunk(JsonElement request, JsonObject delta, string? finish)
    {
        var chunk = Start(request, "chat.completion.chunk");
        chunk["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish });
        chunk["usage"] = null;
        return chunk;
    }

    private static JsonObject Completion(JsonElement request, string text, int words)
    {
        var completion = Start(request, "chat.completion");
        completion["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
            ["finish_reason"] = "stop",
        });
        completion["usage"] = Usage(words);
        return completion;
    }

    private static JsonObject Usage(int words) => new() { ["prompt_tokens"] = 7, ["completion_tokens"] = words, ["total_tokens"] = 7 + words };
}
