using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Godzilla.ServiceDefaults.Sessions;
using Godzilla.Tests.System.ServiceDefaults;
using Godzilla.Tests.Unit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Godzilla.Tests.System.Gateway;

/// <summary>Gateways as processes in front of a service that answers everything, with a Redis whose answers the test can hold back.</summary>
[Collection(SharedStores.Name)]
public sealed class RateLimitTests(Stores stores) : IAsyncLifetime
{
    // Hardly anything comes back while a test runs.
    private const string Slow = "0.01";

    // The smallest.
    private const int Lease = 20;

    // Within this time a lease has come or has failed.
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(1);

    private readonly List<Gateway> _gateways = [];
    private string _connection = "";
    private ConnectionMultiplexer? _redis;
    private StoreProxy? _proxy;
    private WebApplication? _service;

    private IDatabase Redis => _redis!.GetDatabase();

    public async Task InitializeAsync()
    {
        var options = ConfigurationOptions.Parse(await stores.ConnectionStringAsync("redis"));
        var forStatistics = options.Clone();
        forStatistics.AllowAdmin = true;
        _redis = await ConnectionMultiplexer.ConnectAsync(forStatistics);
        _proxy = StoreProxy.Before(options);
        _connection = options.ToString(includePassword: true);

        var builder = TestHost.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _service = builder.Build();
        _service.Run(context => Task.CompletedTask);
        await _service.StartAsync();
    }

    public async Task DisposeAsync()
    {
        _gateways.ForEach(gateway => gateway.Dispose());
        await _service!.DisposeAsync();
        await _proxy!.DisposeAsync();
        await _redis!.DisposeAsync();
    }

    [Fact]
    public async Task ThreeSignInsAtOnceThenTenASecond()
    {
        var gateway = await StartAsync();
        using var client = gateway.ClientAt("127.0.0.51");
        var started = Stopwatch.GetTimestamp();

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(await client.PostAsync("/user/login", content: null));
        }

        var cameBack = (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * 10);
        Assert.InRange(answers.Count(answer => answer.IsSuccessStatusCode), 3, 3 + cameBack + 1);
        Assert.Equal(["\"login\";q=3;w=1"], answers[0].Headers.GetValues("RateLimit-Policy"));
        Assert.Equal(["\"login\";r=2;t=1"], answers[0].Headers.GetValues("RateLimit"));
        var refused = answers.First(answer => !answer.IsSuccessStatusCode);
        Assert.Equal("Too Many Requests", await Envelope.AssertAsync(HttpStatusCode.TooManyRequests, refused));
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal(["\"login\";q=3;w=1"], refused.Headers.GetValues("RateLimit-Policy"));
        Assert.Equal(["\"login\";r=0;t=1"], refused.Headers.GetValues("RateLimit"));

        // Other routes, and other addresses, are not affected.
        using var registration = await client.PostAsync("/user/register", content: null);
        Assert.Equal(["\"registration\";r=29;t=1"], registration.Headers.GetValues("RateLimit"));
        using var other = gateway.ClientAt("127.0.0.52");
        using var theirs = await other.PostAsync("/user/login", content: null);
        Assert.True(theirs.IsSuccessStatusCode);
    }

    [Fact]
    public async Task WhoWaitsAsLongAsRetryAfterSaysIsLetIn()
    {
        var gateway = await StartAsync(("Login__PerSecond", "0.5"), ("Login__Burst", "2"));
        using var client = gateway.ClientAt("127.0.0.53");

        var refused = await RefusalAsync(client, HttpMethod.Post, "/user/login");

        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        var since = Stopwatch.StartNew();
        using var tooEarly = await client.PostAsync("/user/login", content: null);
        Assert.True(tooEarly.StatusCode == HttpStatusCode.TooManyRequests || since.Elapsed > wait - TimeSpan.FromSeconds(1), $"{tooEarly.StatusCode}");
        await Task.Delay(wait);
        using var answer = await client.PostAsync("/user/login", content: null);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task TwoGatewaysShareOneBucket()
    {
        Gateway[] gateways = [await StartAsync(("Login__PerSecond", Slow), ("Login__Burst", "7")), await StartAsync(("Login__PerSecond", Slow), ("Login__Burst", "7"))];

        // On a machine so busy that Redis answers late, each gateway counts for itself: then another address tries.
        for (var address = 70; !await TryAsync($"127.0.0.{address}"); address++)
        {
            Assert.InRange(address, 70, 79);
        }

        async Task<bool> TryAsync(string address)
        {
            using var one = gateways[0].ClientAt(address);
            using var other = gateways[1].ClientAt(address);
            var answers = new List<HttpResponseMessage>();
            for (var i = 0; i < 10; i++)
            {
                answers.AddRange(await Task.WhenAll(one.PostAsync("/user/login", content: null), other.PostAsync("/user/login", content: null)));
            }

            if (answers.Exists(answer => answer.Headers.GetValues("RateLimit").Single().Contains("degraded", StringComparison.Ordinal)))
            {
                return false;
            }

            Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
            Assert.Equal(13, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
            Assert.InRange((await Redis.KeyTimeToLiveAsync($"limit:login:{address}"))!.Value.TotalSeconds, 1, 700);
            return true;
        }
    }

    [Fact]
    public async Task WhileRedisHangsEachGatewayEnforcesItsShareAndSaysSo()
    {
        (string, string)[] settings = [("Login__PerSecond", Slow), ("Login__Burst", "6"), ("Requests__PerSecond", Slow), ("Requests__Burst", "100")];
        Gateway[] gateways = [await StartAsync(settings), await StartAsync(settings)];
        await KnowEachOtherAsync();

        _proxy!.HoldAnswers();
        foreach (var (gateway, address) in gateways.Zip(["127.0.0.55", "127.0.0.56"]))
        {
            await Eventually.TrueAsync(
                async () => (await HealthAsync(gateway)).StartsWith("degraded: Redis is away", StringComparison.Ordinal), "the gateway says that it is degraded");
            using var client = gateway.ClientAt(address);
            var statuses = new List<HttpStatusCode>();
            for (var i = 0; i < 6; i++)
            {
                using var answer = await client.PostAsync("/user/login", content: null);
                statuses.Add(answer.StatusCode);
                Assert.Equal(["\"login\";q=3;w=600;godzilla-degraded"], answer.Headers.GetValues("RateLimit-Policy"));
                Assert.EndsWith(";godzilla-degraded", Assert.Single(answer.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
            }

            Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.OK));
            Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.TooManyRequests));

            // Half of the general limit too; the three sign-ins that got so far were of it.
            var (allowed, refused) = await ExhaustAsync(client, "/open");
            Assert.InRange(allowed, 50 - 3, 50 - 3 + Lease);
            Assert.Equal(["\"requests\";q=50;w=10000;godzilla-degraded"], refused.Headers.GetValues("RateLimit-Policy"));
        }

        _proxy.Release();
        foreach (var gateway in gateways)
        {
            await Eventually.TrueAsync(async () => await HealthAsync(gateway) == "ok", "the gateway counts in Redis again");
            using var client = gateway.ClientAt("127.0.0.57");
            using var answer = await client.PostAsync("/user/login", content: null);
            Assert.Equal(["\"login\";q=6;w=600"], answer.Headers.GetValues("RateLimit-Policy"));
        }
    }

    [Fact]
    public async Task TheGeneralLimitIsPerSessionAndPerAddressWithoutOne()
    {
        var gateway = await StartAsync(("Requests__PerSecond", Slow), ("Requests__Burst", "60"));
        using var client = gateway.ClientAt("127.0.0.58");
        var (one, other) = (await NewSessionAsync(), await NewSessionAsync());

        // What is refused for want of a session counts too.
        var (withoutSession, refused) = await ExhaustAsync(client, "/discussion", HttpStatusCode.Unauthorized);
        var (withSession, _) = await ExhaustAsync(client, "/discussion", cookie: one);

        Assert.InRange(withoutSession, 60, 60 + Lease);
        Assert.InRange(withSession, 60, 60 + Lease);
        Assert.Equal("Too Many Requests", await Envelope.AssertAsync(HttpStatusCode.TooManyRequests, refused));
        Assert.Equal(["\"requests\";q=60;w=6000"], refused.Headers.GetValues("RateLimit-Policy"));
        Assert.StartsWith("\"requests\";r=0;t=", Assert.Single(refused.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        Assert.NotNull(refused.Headers.RetryAfter);
        using var theirs = await GetAsync(client, "/discussion", other);
        Assert.Equal(HttpStatusCode.OK, theirs.StatusCode);
        using var elsewhere = gateway.ClientAt("127.0.0.59");
        using var anonymous = await GetAsync(elsewhere, "/open");
        Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
        using var stillRefused = await GetAsync(elsewhere, "/discussion", one);
        Assert.Equal(HttpStatusCode.TooManyRequests, stillRefused.StatusCode);
    }

    [Fact]
    public async Task MadeUpTokensStopLoadingRedis()
    {
        var gateway = await StartAsync(("Requests__PerSecond", Slow), ("Requests__Burst", "60"));
        using var client = gateway.ClientAt("127.0.0.62");
        var before = await GetsAsync();

        for (var i = 0; i < 300; i++)
        {
            using var response = await GetAsync(client, "/discussion", $"made-up-{i}");
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests });
        }

        Assert.InRange(await GetsAsync() - before, 60, 60 + (2 * Lease));
    }

    [Fact]
    public async Task TwoGatewaysTogetherKeepTheGeneralLimitToWithinALeaseEach()
    {
        (string, string)[] settings = [("Requests__PerSecond", Slow), ("Requests__Burst", "200")];
        Gateway[] gateways = [await StartAsync(settings), await StartAsync(settings)];
        var session = await NewSessionAsync();
        using var one = gateways[0].ClientAt("127.0.0.60");
        using var other = gateways[1].ClientAt("127.0.0.60");

        var ends = await Task.WhenAll(ExhaustAsync(one, "/discussion", cookie: session), ExhaustAsync(other, "/discussion", cookie: session));

        Assert.InRange(ends.Sum(end => end.Allowed), 200, 200 + (2 * Lease));
    }

    [Fact]
    public async Task WhoIsOverTheGeneralLimitAndWaitsAsToldIsLetIn()
    {
        var gateway = await StartAsync(("Requests__PerSecond", "0.5"), ("Requests__Burst", "30"));
        using var client = gateway.ClientAt("127.0.0.61");

        var (_, refused) = await ExhaustAsync(client, "/open");
        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await Task.Delay(wait);

        using var answer = await GetAsync(client, "/open");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> RefusalAsync(HttpClient client, HttpMethod method, string path)
    {
        for (var i = 0; i < 100; i++)
        {
            var answer = await client.SendAsync(new HttpRequestMessage(method, path));
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return answer;
            }
        }

        throw new InvalidOperationException("Nothing was refused.");
    }

    // Requests one after another until they are refused for good: a lease may be under way at the first refusal.
    private static async Task<(int Allowed, HttpResponseMessage Refusal)> ExhaustAsync(
        HttpClient client, string path, HttpStatusCode allowedStatus = HttpStatusCode.OK, string cookie = "")
    {
        var allowed = 0;
        var last = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await GetAsync(client, path, cookie);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
            {
                Assert.Equal(allowedStatus, answer.StatusCode);
                allowed++;
                last = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(last) > LongestLease)
            {
                return (allowed, answer);
            }
        }
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string cookie = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie.Length > 0)
        {
            request.Headers.Add("Cookie", $"auth_token={cookie}");
        }

        return client.SendAsync(request);
    }

    private static async Task<string> HealthAsync(Gateway gateway)
    {
        using var client = gateway.ClientAt("127.0.0.1");
        using var answer = await client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return health.RootElement.GetProperty("checks").GetProperty("rate-limits").GetString()!;
    }

    // How many GETs Redis has answered.
    private async Task<int> GetsAsync()
    {
        var statistics = await _redis!.GetServers()[0].InfoAsync("commandstats");
        var gets = statistics.SelectMany(section => section).Where(entry => entry.Key == "cmdstat_get").Select(entry => entry.Value).SingleOrDefault();
        return gets is null ? 0 : int.Parse(gets.Split('=', ',')[1], CultureInfo.InvariantCulture);
    }

    private async Task<string> NewSessionAsync()
    {
        var token = SessionToken.Create();
        var record = new SessionRecord("mothra", DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        await Redis.StringSetAsync(SessionKeys.Session(SessionToken.IdOf(token)!), record.ToJson());
        return token;
    }

    // Each learns the number with the answer to its heartbeat, and sends the next one after that.
    private async Task KnowEachOtherAsync()
    {
        await Eventually.TrueAsync(async () => (await BeatsAsync()).Count == 2, "both have said that they live");
        for (var beat = 0; beat < 2; beat++)
        {
            var before = await BeatsAsync();
            await Eventually.TrueAsync(async () => (await BeatsAsync()).All(now => now.Value != before[now.Key]), "both have said so again");
        }
    }

    private async Task<Dictionary<string, double>> BeatsAsync() =>
        (await Redis.SortedSetRangeByRankWithScoresAsync("gateways")).ToDictionary(entry => entry.Element.ToString(), entry => entry.Score);

    private async Task<Gateway> StartAsync(params (string Key, string Value)[] limits)
    {
        var address = _service!.Urls.Single();
        (string Key, string Value)[] settings =
        [
            ("ConnectionStrings__redis", _connection),
            ("ReverseProxy__Routes__open__ClusterId", "chat"),
            ("ReverseProxy__Routes__open__Match__Path", "/open"),
            ("ReverseProxy__Routes__open__Metadata__Session", "None"),
            ("services__chat__http__0", address),
            ("services__accounts__http__0", address),
            .. limits.Select(limit => ($"RateLimits__{limit.Key}", limit.Value)),
        ];
        var process = ServiceProcess.Start("Gateway", settings);
        var gateway = new Gateway(process, await process.AddressAsync());
        _gateways.Add(gateway);
        await Eventually.TrueAsync(
            async () =>
            {
                using var client = GodzillaApp.CreateClient(gateway.Address);
                using var answer = await client.GetAsync("/health");
                return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync()).StartsWith("""{"status":"ok",""", StringComparison.Ordinal);
            },
            "the gateway is ready");
        return gateway;
    }

    private sealed record Gateway(ServiceProcess Process, Uri Address) : IDisposable
    {
        public HttpClient ClientAt(string address) => GodzillaApp.CreateClient(Address, IPAddress.Parse(address));

        public void Dispose() => Process.Dispose();
    }
}
