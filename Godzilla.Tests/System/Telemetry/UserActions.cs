using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>The tests that share one system in which somebody has done everything once.</summary>
[CollectionDefinition(UserActions.Name)]
public sealed class UsedSystem : ICollectionFixture<UserActions>;

/// <summary>The whole system, in which somebody has done everything once.</summary>
public sealed class UserActions : IAsyncLifetime
{
    public const string Name = "user actions";

    /// <summary>The client's own span, on which the traces of HTTP requests hang.</summary>
    public const string ClientSpan = "00f067aa0ba902b7";

    /// <summary>What the other replica of Chat is told of.</summary>
    public static readonly string[] FannedOut = ["send over HTTP", "send over SignalR", "send over Socket.IO", "edit"];

    private const string Model = "godzilla-mini";
    private const int Registrations = 5;
    private const int LogCapacity = 100;

    private static readonly (string Issuer, string Audience)[] Edges = [("gateway", "accounts"), ("gateway", "chat"), ("gateway", "inference"), ("chat", "accounts"), ("chat", "presence"), ("chat", "inference")];

    // HTTP requests by the trace that their client began, and messages of WebSockets by their span.
    private readonly Dictionary<string, string> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _messages = new(StringComparer.Ordinal)
    {
        ["send over SignalR"] = "Godzilla.Chat.SignalR.ChatHub/Send",
        ["edit"] = "Godzilla.Chat.SignalR.ChatHub/Edit",
        ["type over SignalR"] = "Godzilla.Chat.SignalR.ChatHub/SetTyping",
        ["send over Socket.IO"] = "socket.io/send",
        ["type over Socket.IO"] = "socket.io/typing",
    };

    private OtlpCollector? _collector;
    private IReadOnlyList<OtlpSpan>? _spans;
    private IReadOnlyList<OtlpMetric>? _metrics;

    internal OtlpCollector Collector => _collector!;

    internal IReadOnlyList<OtlpSpan> Spans => _spans!;

    /// <summary>One of each metric of each service, with the attributes of all its points.</summary>
    internal IReadOnlyList<OtlpMetric> Metrics => _metrics!;

    internal IEnumerable<string> Done => _requests.Keys.Concat(_messages.Keys);

    internal List<string> LogLines { get; } = [];

    /// <summary>Texts, passwords, tokens, keys.</summary>
    internal List<string> Secrets { get; } = [.. Edges.Select(edge => GodzillaApp.KeyOf(edge.Issuer, edge.Audience)), "whispered"];

    /// <summary>An action's trace, and what its first span hangs on.</summary>
    internal (string TraceId, string ParentId) TraceOf(string action) => _requests.TryGetValue(action, out var traceId)
        ? (traceId, ClientSpan)
        : (Assert.Single(Spans, span => span.Name == _messages[action]).TraceId, "");

    public async Task InitializeAsync()
    {
        _collector = await OtlpCollector.StartAsync();
        var app = new TracedSystem(
            _collector,
            ("gateway", "RateLimits__Registration__PerSecond", "0.01"),
            ("gateway", "RateLimits__Registration__Burst", Registrations.ToString()),
            ("gateway", "AccessLog__Capacity", LogCapacity.ToString()));
        try
        {
            await app.InitializeAsync();
            await DoEverythingAsync(app);
            await DoWhatIsOnlyCountedAsync(app);
            await app.EndServicesAsync();
            LogLines.AddRange(TracedSystem.Services.SelectMany(app.Logs.LinesOf));
        }
        finally
        {
            await app.DisposeAsync();
        }

        (_spans, _metrics) = (_collector.Spans, _collector.Metrics);
    }

    public async Task DisposeAsync() => await Collector.DisposeAsync();

    private async Task DoEverythingAsync(TracedSystem app)
    {
        using var mothra = app.NewPerson("mothra");
        var credentials = new { username = mothra.Name, password = mothra.Password };
        await RequestAsync("register", mothra, HttpMethod.Post, "/user/register", credentials);
        await RequestAsync("sign in", mothra, HttpMethod.Post, "/user/login", credentials);
        using var wrong = await mothra.Http.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = "whispered-wrong" });
        await mothra.LogInAsync();
        using var rodan = await app.SignUpAsync("rodan");
        using var key = await mothra.Http.PostAsJsonAsync("/user/keys", new { name = "k", scopes = new[] { "inference" } });
        var secret = (await key.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        Secrets.AddRange([mothra.Password, mothra.Token, rodan.Password, rodan.Token, secret]);
        Secrets.AddRange(TracedSystem.Services.SelectMany(app.InstancesOf).SelectMany(app.PasswordsOf));

        await RequestAsync("create a discussion", mothra, HttpMethod.Post, "/discussion", new { users = new[] { rodan.Name } });
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await mothra.ConnectAsync();
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        await RequestAsync("send over HTTP", mothra, HttpMethod.Post, $"/discussion/{discussion}/messages", new[] { new { text = "whispered over HTTP" } });
        var sent = await hub.InvokeAsync("Send", discussion, "whispered over the hub", null);
        await hub.InvokeAsync("Edit", discussion, sent.GetProperty("id").GetString(), "whispered again");
        await hub.InvokeAsync("SetTyping", discussion, true);
        await socket.AskAsync("send", new { discussion_id = discussion, text = "whispered over a socket" });
        await socket.AskAsync("typing", new { discussion_id = discussion, isTyping = true });
        await RequestAsync("read messages", mothra, HttpMethod.Get, $"/discussion/{discussion}/messages?limit=5");
        await RequestAsync("ask who is online", mothra, HttpMethod.Get, "/presence/online");

        object[] question = [new { role = "user", content = "whispered to a model" }];
        await RequestAsync("complete a chat", mothra, HttpMethod.Post, "/v1/chat/completions", new { model = Model, messages = question, stream = true }, secret);
        await RequestAsync("embed", mothra, HttpMethod.Post, "/v1/embeddings", new { model = Model, input = "whispered to a model" }, secret);
        await RequestAsync("ask the assistant", mothra, HttpMethod.Post, $"/discussion/{discussion}/messages", new[] { new { text = "@assistant whispered" } });
        await hub.WaitForAsync("assistant", e => e.GetProperty("state").GetString() == "done");
    }

    // What leaves no trace of interest, and a metric.
    private static async Task DoWhatIsOnlyCountedAsync(TracedSystem app)
    {
        using var gigan = await app.SignUpAsync("gigan");
        using var key = await gigan.Http.PostAsJsonAsync("/user/keys", new { name = "k", scopes = new[] { "inference" } });
        var secret = (await key.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString();
        using var large = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Headers = { { "Authorization", $"Bearer {secret}" } },
            Content = JsonContent.Create(new { model = Model, n = 128, max_tokens = 8000, messages = new[] { new { role = "user", content = "too much" } } }),
        };
        using var overBudget = await gigan.Http.SendAsync(large);
        Assert.Equal(HttpStatusCode.TooManyRequests, overBudget.StatusCode);
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, gigan.Token);
        await socket.SendAsync("no packet");
        await socket.ClosedAsync();
        var tokens = await Tokens.IssueAsync(gigan);
        using var refreshed = await gigan.Http.PostAsJsonAsync("/auth/refresh", new { refresh_token = tokens.Refresh });
        foreach (var token in new[] { tokens.Access, tokens.Access, "no token" })
        {
            using var models = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { "Authorization", $"Bearer {token}" } } };
            using var answer = await gigan.Http.SendAsync(models);
            Assert.NotEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }

        using var deleted = await gigan.SendAsync(HttpMethod.Delete, "/user/me", new { password = gigan.Password });
        deleted.EnsureSuccessStatusCode();

        using var http = app.CreateClient();
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/user/login") { Headers = { { "Origin", "https://elsewhere.example" } } };
        using var refused = await http.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        await Eventually.TrueAsync(
            async () =>
            {
                using var registration = await http.PostAsJsonAsync("/user/register", new { });
                return registration.StatusCode == HttpStatusCode.TooManyRequests;
            },
            "too many register");
        await Task.WhenAll(Enumerable.Range(0, 10 * LogCapacity).Select(async _ =>
        {
            using var unknown = await http.GetAsync("/no/such/route");
        }));
    }

    private async Task RequestAsync(string action, Person person, HttpMethod method, string path, object? body = null, string? key = null)
    {
        var traceId = Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("traceparent", $"00-{traceId}-{ClientSpan}-01");
        if (key is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {key}");
        }

        using var response = await person.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        _requests.Add(action, traceId);
    }
}
