using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Godzilla.Tests.System.Gateway;

/// <summary>
/// What stands in the place of Inference behind a gateway: HTTP/2 without TLS, signed identities. It streams what a test tells it, and answers
/// other requests with for whom they came.
/// </summary>
internal sealed class StreamingService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Streaming> _streams = new(StringComparer.Ordinal);
    private int _requests;

    private StreamingService()
    {
        var builder = TestHost.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Identity:Service"] = "inference",
            ["Identity:Callers:gateway:Key"] = GodzillaApp.KeyOf("gateway", "inference"),
            ["Identity:Callers:gateway:ForUsers"] = "true",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSignedIdentity();
        _app = builder.Build();
        _app.MapGet("/health", () => "").AllowAnonymous();
        _app.MapPost("/v1/chat/completions", StreamAsync);
        _app.MapPost("/v1/responses", StreamAsync);
        _app.Map("/{**path}", Answer);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>How many requests for users it got.</summary>
    public int Requests => _requests;

    public static async Task<StreamingService> StartAsync()
    {
        var service = new StreamingService();
        await service._app.StartAsync();
        return service;
    }

    /// <summary>The stream that a request with <c>id=…</c> in its query gets.</summary>
    public Streaming Stream(string id) => _streams.GetOrAdd(id, _ => new Streaming());

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Answer(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        var caller = context.Caller();
        return Results.Json(
            new
            {
                caller.User,
                caller.Session,
                caller.Key,
                caller.Scopes,
                caller.Models,
                Headers = context.Request.Headers.Keys,
            },
            JsonSerializerOptions.Web);
    }

    private async Task StreamAsync(HttpContext context)
    {
        var stream = Stream(context.Request.Query["id"].ToString());
        context.RequestAborted.Register(() => stream.Aborted.TrySetResult());
        context.Response.ContentType = stream.ContentType;
        stream.Reached.TrySetResult();
        try
        {
            if (stream.HoldsBack)
            {
                await stream.Aborted.Task;
                return;
            }

            await context.Response.StartAsync(context.RequestAborted);
            await foreach (var part in stream.Parts.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(part, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The test knows.
        }
    }

    /// <summary>A stream as a test steers it.</summary>
    internal sealed class Streaming
    {
        public string ContentType { get; set; } = "text/event-stream";

        public Channel<string> Parts { get; } = Channel.CreateUnbounded<string>();

        /// <summary>Whether no answer begins.</summary>
        public bool HoldsBack { get; set; }

        /// <summary>Set when the request is there.</summary>
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Set when the gateway has gone.</summary>
        public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Send(string part) => Assert.True(Parts.Writer.TryWrite(part));

        public void End() => Parts.Writer.Complete();
    }
}
