using System.Globalization;
using System.Text.Json;
using Gateway.Bench;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Inference.Bench;

/// <summary>
/// A server with OpenAI's API that has nothing to compute: a small answer, a stream of <see cref="Chunks"/> events, or one that drips an
/// event every <see cref="DripEvery"/> until its client leaves.
/// </summary>
internal static class Upstream
{
    /// <summary>The command line's first word that makes this process the server; the port follows.</summary>
    internal const string Command = "upstream";

    internal const int Chunks = 64;

    /// <summary>The id of the model whose streams drip.</summary>
    internal const string Dripping = "drip";

    internal static readonly TimeSpan DripEvery = TimeSpan.FromSeconds(5);

    private static readonly byte[] Answer =
        """{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"It is a monster of the sea.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":8,"total_tokens":20}}"""u8.ToArray();

    private static readonly byte[] Event = ChunkOf("""{"content":" sea"}""", "null");
    private static readonly byte[] LastEvent = ChunkOf("{}", "\"stop\"");
    private static readonly byte[] Usage =
        """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"bench","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":62,"total_tokens":74}}"""u8.ToArray();

    internal static Task<Server> StartAsync(string folder)
    {
        var port = Server.FreePort();
        return Server.StartAsync(folder, port, "dotnet", [typeof(Upstream).Assembly.Location, Command, port.ToString(CultureInfo.InvariantCulture)]);
    }

    internal static Task RunAsync(string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear(); // The services' files, which are copied beside this program, have other addresses.
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.MapPost("/v1/chat/completions", CompleteAsync);
        return app.RunAsync();
    }

    private static async Task CompleteAsync(HttpContext context)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body);
        var body = request.RootElement;
        var response = context.Response;
        if (!body.TryGetProperty("stream", out var stream) || !stream.GetBoolean())
        {
            response.ContentType = "application/json";
            response.ContentLength = Answer.Length;
            await response.Body.WriteAsync(Answer);
            return;
        }

        response.ContentType = "text/event-stream";
        if (body.GetProperty("model").ValueEquals(Dripping))
        {
            await DripAsync(context);
            return;
        }

        // Each as a model would send it: alone.
        for (var i = 2; i < Chunks; i++)
        {
            await SendAsync(response, Event, context.RequestAborted);
        }

        await SendAsync(response, LastEvent, context.RequestAborted);
        if (body.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var isWanted) && isWanted.GetBoolean())
        {
            await SendAsync(response, Usage, context.RequestAborted);
        }

        await SendAsync(response, "data: [DONE]"u8.ToArray(), context.RequestAborted);
    }

    private static async Task DripAsync(HttpContext context)
    {
        using var timer = new PeriodicTimer(DripEvery);
        try
        {
            do
            {
                await SendAsync(context.Response, Event, context.RequestAborted);
            }
            while (await timer.WaitForNextTickAsync(context.RequestAborted));
        }
        catch (OperationCanceledException)
        {
            // The client has left.
        }
    }

    private static async Task SendAsync(HttpResponse response, byte[] data, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(data, cancellationToken);
        await response.Body.WriteAsync("\n\n"u8.ToArray(), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private static byte[] ChunkOf(string delta, string finish) => System.Text.Encoding.UTF8.GetBytes(
        $$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":{{finish}}}]}""");
}
