using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Inference;

/// <summary>The tests that share one running system with models behind upstreams. Each leaves it working.</summary>
[CollectionDefinition(Name)]
public sealed class InferenceSystem : ICollectionFixture<InferenceApp>
{
    public const string Name = "inference system";
}

/// <summary>The whole system with two gateways, two replicas of inference, and upstreams of the tests.</summary>
public class InferenceApp : GodzillaApp, IAsyncLifetime
{
    /// <summary>How many requests of the model <c>narrow</c> run at once in a replica, and how many wait.</summary>
    public const int Waiting = 3;

    // Who serves each model, and what stands in for it.
    private static readonly (string Model, string[] Upstreams, string? Fallback)[] Models =
    [
        ("echo", ["good"], null),
        ("vectors", ["good"], null),
        ("two", ["down", "good"], null),
        ("covered", ["down"], "echo"),
        ("homely", ["down"], "godzilla-mini"),
        ("quiet", ["mute"], "echo"),
        ("mute", ["mute"], null),
        ("flaky", ["flaky"], null),
        ("insured", ["flaky"], "echo"),
        ("shaky", ["shaky"], null),
        ("sour", ["sour"], null),
        ("sweetened", ["sour"], "echo"),
        ("down", ["down"], null),
        ("failing", ["failing"], null),
        ("busy", ["busy"], null),
        ("picky", ["picky"], "echo"),
        ("broken", ["broken"], "echo"),
        ("held", ["held"], null),
        ("narrow", ["held"], null),
    ];

    private ScriptedUpstream? _upstream;

    internal ScriptedUpstream Upstream => _upstream ?? throw new InvalidOperationException("The system has not been started.");

    /// <summary>The gateways, one address each.</summary>
    public IReadOnlyList<Uri> Gateways => ReplicasOf("gateway");

    async Task IAsyncLifetime.InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        await StartHostsAsync();
        await InitializeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await DisposeHostsAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Starts the hosts of upstreams that do not share the common one.</summary>
    protected virtual Task StartHostsAsync() => Task.CompletedTask;

    protected virtual Task DisposeHostsAsync() => Task.CompletedTask;

    /// <summary>Where an upstream is.</summary>
    protected virtual Uri HostOf(string upstream) => Upstream.Address;

    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        builder.CreateResourceBuilder<ProjectResource>("gateway").WithReplicas(2);
        var inference = builder.CreateResourceBuilder<ProjectResource>("inference").WithReplicas(2)
            .WithEnvironment("Upstreams__FirstToken", "00:00:04")
            .WithEnvironment("Upstreams__Retries", "0")
            .WithEnvironment("Upstreams__BreakAfter", "5")
            .WithEnvironment("Generation__KeepAlive", "00:00:00.5")
            .WithEnvironment("Admission__Waiting", Waiting.ToString(CultureInfo.InvariantCulture))
            .WithEnvironment("Models__Served__narrow__Running", "1")
            .WithEnvironment("Models__Served__vectors__Kind", "Embedding");
        foreach (var name in Models.SelectMany(model => model.Upstreams).Distinct(StringComparer.Ordinal))
        {
            inference.WithEnvironment($"Upstreams__Services__{name}__Address", new Uri(HostOf(name), $"{name}/v1").ToString())
                .WithEnvironment($"Upstreams__Services__{name}__Key", $"secret-of-{name}");
        }

        foreach (var (model, upstreams, fallback) in Models)
        {
            inference.WithEnvironment($"Models__Served__{model}__Owner", "tests");
            foreach (var name in upstreams)
            {
                inference.WithEnvironment($"Models__Served__{model}__Upstreams__{name}__Model", $"{name}-of-{model}");
            }

            if (fallback is not null)
            {
                inference.WithEnvironment($"Models__Served__{model}__Fallback", fallback);
            }
        }

        // The one that is down comes first nearly always.
        inference.WithEnvironment("Models__Served__two__Upstreams__down__Weight", "1000");
    }

    /// <summary>Somebody new, with an API key.</summary>
    /// <param name="models">The models that the key may use; none for all.</param>
    internal async Task<ApiUser> NewUserAsync(string[]? models = null, params string[] scopes)
    {
        using var person = await SignUpAsync("mothra");
        using var response = await person.SendAsync(
            HttpMethod.Post, "/user/keys", new { name = "tests", scopes = scopes is [] ? ["inference", "models:read"] : scopes, models });
        response.EnsureSuccessStatusCode();
        var created = await response.Content.ReadFromJsonAsync<JsonElement>();
        return new ApiUser(this, person.Name, created.GetProperty("secret").GetString()!);
    }
}

/// <summary>Somebody who uses the API with a key.</summary>
internal sealed class ApiUser(InferenceApp app, string name, string key) : IDisposable
{
    private readonly List<HttpClient> _clients = [];

    public string Name => name;

    public string Key => key;

    public Uri Gateway => app.Gateway;

    public HttpClient Http => field ??= At(app.Gateway);

    /// <summary>The same at one of the gateways.</summary>
    public HttpClient At(Uri gateway)
    {
        var http = GodzillaApp.CreateClient(gateway);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _clients.Add(http);
        return http;
    }

    /// <summary>What the user has used in all, once that many requests are in it.</summary>
    public async Task<JsonElement> UsageAsync(int requests)
    {
        JsonElement total = default;
        await Eventually.TrueAsync(
            async () =>
            {
                total = (await Http.GetFromJsonAsync<JsonElement>("/user/usage")).GetProperty("total");
                return total.GetProperty("requests").GetInt32() >= requests;
            },
            "the usage is written");
        return total;
    }

    /// <summary>Sends a chat completion, and returns once the head of the answer is there.</summary>
    public static Task<HttpResponseMessage> CompleteAsync(
        HttpClient http, object body, string? idempotencyKey = null, string? lastEvent = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (lastEvent is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEvent);
        }

        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, object body) => http.PostAsJsonAsync(path, body);

    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
