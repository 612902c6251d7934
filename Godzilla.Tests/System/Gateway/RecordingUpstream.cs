using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Godzilla.Tests.System.Gateway;

/// <summary>
/// What stands behind a gateway in a test. It checks the signed identity as every service does, notes what it was sent, and answers with the body, or
/// as the query says: <c>answer</c>, <c>status</c>, <c>cache</c>, <c>policy</c>.
/// </summary>
internal sealed class RecordingUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Received> _received = new(StringComparer.Ordinal);
    private int _requests;
    private int _probes;

    private RecordingUpstream(string service)
    {
        var builder = TestHost.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Identity:Service"] = service,
            ["Identity:Callers:gateway:Key"] = GodzillaApp.KeyOf("gateway", service),
            ["Identity:Callers:gateway:ForUsers"] = "true",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSignedIdentity();
        _app = builder.Build();
        _app.UseWebSockets();
        _app.MapGet("/health", () => Interlocked.Increment(ref _probes)).AllowAnonymous();
        _app.Map("/{**path}", AnswerAsync).RequireAuthorization(IdentityExtensions.SignedPolicy);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>How many requests it got that the gateway had signed.</summary>
    public int Requests => _requests;

    /// <summary>How often it was asked whether it is healthy.</summary>
    public int Probes => _probes;

    public static async Task<RecordingUpstream> StartAsync(string service = "chat")
    {
        var upstream = new RecordingUpstream(service);
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>The signed request that had <c>id=…</c> in its query, or <see langword="null"/> if it did not come.</summary>
    public Received? Find(string id) => _received.GetValueOrDefault(id);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (context.Request.Query["id"].ToString() is { Length: > 0 } id)
        {
            _received[id] = new Received(context.Caller(), context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        }

        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", context.RequestAborted);
            return;
        }

        Say(context.Request.Query, context.Response);
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        await context.Response.WriteAsync(context.Request.Query["answer"].ToString() is { Length: > 0 } answer ? answer : body, context.RequestAborted);
    }

    // What a service may say of its answer, and what it had better not.
    private static void Say(IQueryCollection query, HttpResponse response)
    {
        response.Headers.Server = "Kestrel";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = query["cache"];
        response.Headers.ContentSecurityPolicy = query["policy"];
        response.StatusCode = int.TryParse(query["status"], CultureInfo.InvariantCulture, out var status) ? status : StatusCodes.Status200OK;
    }

    /// <summary>A request whose signature was right.</summary>
    internal sealed record Received(CallerIdentity Caller, IReadOnlyDictionary<string, string> Headers);
}
