using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Page.Bench;

/// <summary>The whole system, with somebody who is in a discussion of many messages.</summary>
internal sealed class Site : IAsyncDisposable
{
    /// <summary>How many messages the discussion has.</summary>
    public const int Messages = 5000;

    private const int Batch = 100;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly DistributedApplication _app;

    private Site(DistributedApplication app) => _app = app;

    public Uri Address => _app.GetEndpoint("gateway", "http");

    /// <summary>The session of whoever looks at the page.</summary>
    public string Session { get; private set; } = "";

    public string Discussion { get; private set; } = "";

    public static async Task<Site> StartAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Godzilla_AppHost>([]);
        builder.CreateResourceBuilder<ProjectResource>("gateway")
            .WithEnvironment("RateLimits__Requests__PerSecond", "100000").WithEnvironment("RateLimits__Requests__Burst", "100000");
        builder.CreateResourceBuilder<ProjectResource>("chat")
            .WithEnvironment("SendLimit__PerSecond", "100000").WithEnvironment("SendLimit__Burst", "100000");
        var site = new Site(await builder.BuildAsync());
        await site._app.StartAsync();
        using var limit = new CancellationTokenSource(StartLimit);
        await site._app.ResourceNotifications.WaitForResourceHealthyAsync("gateway", limit.Token);
        await site.FillAsync();
        return site;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task FillAsync()
    {
        var cookies = new CookieContainer();
        using var mothra = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = Address };
        using var rodan = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Address };
        await SignUpAsync(mothra, "mothra");
        await SignUpAsync(rodan, "rodan");
        Session = cookies.GetCookies(Address)["auth_token"]!.Value;
        using var created = await mothra.PostAsJsonAsync("/discussion", new { title = "Infant Island", users = (string[])["mothra", "rodan"] });
        created.EnsureSuccessStatusCode();
        Discussion = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        for (var first = 0; first < Messages; first += Batch)
        {
            var texts = Enumerable.Range(first, Batch).Select(number => new { text = TextOf(number) });
            using var sent = await (first / Batch % 2 == 0 ? mothra : rodan).PostAsJsonAsync($"/discussion/{Discussion}/messages", texts);
            sent.EnsureSuccessStatusCode();
        }
    }

    /// <summary>The text of a message: mostly a line, sometimes several, sometimes with a link.</summary>
    public static string TextOf(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"message {number}{string.Concat(Enumerable.Repeat(" word", number * 7 % 40))}{(number % 10 == 0 ? " https://island.example/" : "")}{(number % 15 == 0 ? "\nand a second line" : "")}");

    private static async Task SignUpAsync(HttpClient http, string username)
    {
        var credentials = new { username, password = $"{username}-has-a-password" };
        using var registered = await http.PostAsJsonAsync("/user/register", credentials);
        registered.EnsureSuccessStatusCode();
        using var entered = await http.PostAsJsonAsync("/user/login", credentials);
        entered.EnsureSuccessStatusCode();
    }
}
