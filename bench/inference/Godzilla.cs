using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Bench;

namespace Inference.Bench;

/// <summary>The gateway, Inference, and all that they need for keys, budgets and usage: Accounts, Redis, a document server.</summary>
internal sealed class Godzilla : IAsyncDisposable
{
    private const string ToAccounts = "the-bench-signs-for-accounts-with-this-0123456789";
    private const string ToInference = "the-bench-signs-for-inference-with-this-0123456789";
    private const string ToChat = "nobody-signs-for-chat-in-the-bench-0123456789";
    private static readonly string[] Scopes = ["inference"];
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(40);

    private readonly List<Server> _needed = [];

    private Godzilla()
    {
    }

    internal Server Gateway { get; private set; } = null!;

    internal Server Inference { get; private set; } = null!;

    /// <summary>An API key.</summary>
    internal string Key { get; private set; } = "";

    internal static async Task<Godzilla> StartAsync(string folder, Server upstream)
    {
        var godzilla = new Godzilla();
        var redis = await godzilla.NeedAsync(folder, "redis-server", port => ["--bind", "127.0.0.1", "--save", "", "--dir", folder, "--port", Text(port)]);
        var store = await godzilla.NeedAsync(folder, Binary("standins/mongod", "mongod"), port => ["--dbpath", Path.Combine(folder, "data"), "--port", Text(port)]);
        (string, string)[] all = [("ASPNETCORE_ENVIRONMENT", "Production"), ("ConnectionStrings__redis", $"127.0.0.1:{Text(redis.Port)}")];
        string Database(string name) => $"mongodb://127.0.0.1:{Text(store.Port)}/{name}";
        var accounts = await godzilla.NeedAsync(
            folder,
            "Godzilla.Accounts",
            port =>
            [
                .. all,
                ("ASPNETCORE_URLS", UrlOf(port)),
                ("ConnectionStrings__accountsdb", Database("accountsdb")),
                ("Identity__Service", "accounts"),
                ("Identity__Callers__gateway__Key", ToAccounts),
                ("Identity__Callers__gateway__ForUsers", "true"),
                ("Tokens__Secret", "the-bench-encrypts-signing-keys-with-this-0123456789"),
            ]);

        // All limits are counted, and none is reached.
        godzilla.Inference = await godzilla.NeedAsync(
            folder,
            "Godzilla.Inference",
            port =>
            [
                .. all,
                ("Kestrel__Endpoints__http__Url", "http://127.0.0.1:0"),
                ("Kestrel__Endpoints__http2__Url", UrlOf(port)),
                ("ConnectionStrings__inferencedb", Database("inferencedb")),
                ("Identity__Service", "inference"),
                ("Identity__Callers__gateway__Key", ToInference),
                ("Identity__Callers__gateway__ForUsers", "true"),
                .. Limits("PerUser"),
                .. Limits("PerKey"),
                ("Upstreams__Services__bench__Address", $"{UrlOf(upstream.Port)}/v1"),
                .. ServedModel("bench"),
                .. ServedModel(Upstream.Dripping),
            ]);
        godzilla.Gateway = await godzilla.NeedAsync(
            folder,
            "Godzilla.Gateway",
            port =>
            [
                .. all,
                ("ASPNETCORE_URLS", UrlOf(port)),
                ("Identity__Service", "gateway"),
                ("Identity__Callees__accounts__Key", ToAccounts),
                ("Identity__Callees__inference__Key", ToInference),
                ("Identity__Callees__chat__Key", ToChat),
                ("RateLimits__Requests__PerSecond", "1000000"),
                ("RateLimits__Requests__Burst", "1000000"),
                ("services__accounts__http__0", UrlOf(accounts.Port)),
                ("services__chat__http__0", UrlOf(accounts.Port)),
                ("services__inference__http2__0", UrlOf(godzilla.Inference.Port)),
            ]);
        await godzilla.SignUpAsync();
        return godzilla;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_needed))
        {
            await server.DisposeAsync();
        }
    }

    private static (string Key, string Value)[] Limits(string whose) =>
    [
        ($"Budgets__{whose}__RequestsPerMinute", "1000000000"),
        ($"Budgets__{whose}__TokensPerMinute", "100000000000"),
        ($"Budgets__{whose}__TokensPerMonth", "1000000000000"),
        ($"Budgets__{whose}__DollarsPerMonth", "1000000"),
    ];

    private static (string Key, string Value)[] ServedModel(string name) =>
    [
        ($"Models__Served__{name}__Upstreams__bench__Weight", "1"),
        ($"Models__Served__{name}__Running", "100000"),
        ($"Models__Served__{name}__InputPrice", "0.15"),
        ($"Models__Served__{name}__OutputPrice", "0.6"),
    ];

    // A whole start: the services listen before they are ready.
    private async Task SignUpAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = true }) { BaseAddress = new Uri(UrlOf(Gateway.Port)) };
        using var limit = new CancellationTokenSource(StartLimit);
        var credentials = new { username = "bench", password = "a-password-for-the-bench" };
        await UntilAsync(HttpStatusCode.Created, () => http.PostAsJsonAsync("/user/register", credentials, limit.Token), limit.Token);
        await UntilAsync(HttpStatusCode.OK, () => http.PostAsJsonAsync("/user/login", credentials, limit.Token), limit.Token);
        using var created = await http.PostAsJsonAsync("/user/keys", new { name = "bench", scopes = Scopes }, limit.Token);
        created.EnsureSuccessStatusCode();
        Key = (await created.Content.ReadFromJsonAsync<JsonElement>(limit.Token)).GetProperty("secret").GetString()!;
        await UntilAsync(
            HttpStatusCode.OK,
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
                {
                    Headers = { { "Authorization", $"Bearer {Key}" } },
                    Content = JsonContent.Create(new { model = "bench", messages = new[] { new { role = "user", content = "hello" } } }),
                };
                return await http.SendAsync(request, limit.Token);
            },
            limit.Token);
    }

    private static async Task UntilAsync(HttpStatusCode status, Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var response = await send();
            if (response.StatusCode == status)
            {
                return;
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private Task<Server> NeedAsync(string folder, string service, Func<int, (string, string)[]> environment) =>
        NeedAsync(folder, Binary(service, service), _ => ["--contentRoot", Project(service)], environment);

    private async Task<Server> NeedAsync(string folder, string command, Func<int, string[]> arguments, Func<int, (string, string)[]>? environment = null)
    {
        var port = Server.FreePort();
        var server = await Server.StartAsync(folder, port, command, arguments(port), environment?.Invoke(port) ?? []);
        _needed.Add(server);
        return server;
    }

    private static string Project(string project) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../..", project));

    private static string Binary(string project, string name) => Path.Combine(Project(project), "bin/Release/net10.0", name);

    private static string UrlOf(int port) => $"http://127.0.0.1:{Text(port)}";

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
