using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>Two replicas of the gateway with the accounts of the running system, in front of a service that streams what a test wants.</summary>
public sealed class BearerGateways(GodzillaApp app) : IAsyncLifetime
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);
    private readonly List<GatewayProcess> _gateways = [];
    private RecordingUpstream? _chat;
    private StreamingService? _inference;

    internal GatewayProcess First => _gateways[0];

    internal GatewayProcess Second => _gateways[1];

    internal IReadOnlyList<GatewayProcess> All => _gateways;

    internal StreamingService Inference => _inference!;

    public async Task InitializeAsync()
    {
        (_chat, _inference) = (await RecordingUpstream.StartAsync(), await StreamingService.StartAsync());
        _gateways.Add(await StartAsync());
        _gateways.Add(await StartAsync());
    }

    public async Task DisposeAsync()
    {
        _gateways.ForEach(gateway => gateway.Dispose());
        await _inference!.DisposeAsync();
        await _chat!.DisposeAsync();
    }

    /// <summary>A further replica, with settings of its own.</summary>
    internal Task<GatewayProcess> StartAsync(params (string Key, string Value)[] settings) => GatewayProcess.StartAsync(
        app,
        _chat!,
        [
            ("services__inference__http2__0", Inference.Address.ToString()),
            ("Identity__Callees__inference__Key", GodzillaApp.KeyOf("gateway", "inference")),
            .. settings,
        ]);

    /// <summary>A new API key.</summary>
    /// <param name="scopes">Both, if none is given.</param>
    internal static async Task<(string Id, string Secret)> CreateKeyAsync(
        Person person, string[]? scopes = null, string[]? models = null, DateTimeOffset? expiresAt = null)
    {
        using var response = await person.SendAsync(
            HttpMethod.Post, "/user/keys", new { name = "test", scopes = scopes ?? ["inference", "models:read"], models, expires_at = expiresAt });
        response.EnsureSuccessStatusCode();
        var created = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (created.GetProperty("key").GetProperty("id").GetString()!, created.GetProperty("secret").GetString()!);
    }

    /// <summary>Sends a request with a key or a token.</summary>
    internal static Task<HttpResponseMessage> SendAsync(HttpClient http, string? token, string path = "/v1/models", HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Waits until a key or a token is refused at both gateways.</summary>
    internal async Task RefusedAsync(string token)
    {
        foreach (var gateway in All)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    using var response = await SendAsync(gateway.Http, token);
                    return response.StatusCode == global::System.Net.HttpStatusCode.Unauthorized;
                },
                "it is refused");
        }
    }

    /// <summary>Starts a stream and reads its first event.</summary>
    internal async Task<OpenStream> OpenAsync(GatewayProcess gateway, string token, string path = "/v1/chat/completions")
    {
        var id = Guid.NewGuid().ToString("N");
        var upstream = Inference.Stream(id);
        upstream.Send("data: {\"n\":1}\n\n");
        var response = await SendAsync(gateway.Http, token, $"{path}?id={id}", HttpMethod.Post);
        Assert.True(response.IsSuccessStatusCode, await ReadErrorAsync(response));
        var open = new OpenStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()), upstream);
        Assert.Equal("data: {\"n\":1}\n", await open.ReadEventAsync());
        return open;
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response) =>
        response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();

    /// <summary>A stream at both of its ends.</summary>
    internal sealed record OpenStream(HttpResponseMessage Response, StreamReader Reader, StreamingService.Streaming Upstream) : IDisposable
    {
        /// <returns>The lines of the next event, each with its line break; <see langword="null"/> after the last.</returns>
        public async Task<string?> ReadEventAsync()
        {
            using var limit = new CancellationTokenSource(TimeLimit);
            var lines = "";
            while (await Reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.Length == 0)
                {
                    return lines;
                }

                lines += $"{line}\n";
            }

            return lines.Length == 0 ? null : throw new InvalidDataException($"Half an event: {lines}");
        }

        public void Dispose()
        {
            Reader.Dispose();
            Response.Dispose();
        }
    }
}
