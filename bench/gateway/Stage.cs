using System.Diagnostics;
using System.Globalization;
using System.Net;
using Godzilla.ServiceDefaults.Sessions;
using StackExchange.Redis;

namespace Gateway.Bench;

/// <summary>Redis with a thousand sessions, an upstream, and the gateways in front of it.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int SessionCount = 1000;
    private const int RevocationCount = 100;
    private const string Ours = "godzilla";
    private const string Path = "/discussion/lobby/messages";

    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-bench-").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private readonly List<Server> _servers = [];
    private readonly string[] _tokens = [.. Enumerable.Range(0, SessionCount).Select(_ => SessionToken.Create())];
    private ConnectionMultiplexer? _redis;
    private Server? _redisServer;

    internal List<Candidate> Candidates { get; } = [];

    internal static async Task<Stage> StartAsync(Options options)
    {
        var stage = new Stage();
        var redisPort = Server.FreePort();
        stage._redisServer = stage.Own(await Server.StartAsync(
            stage._folder, redisPort, "redis-server", ["--port", Invariant(redisPort), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", stage._folder]));
        stage._redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redisPort}");
        await stage.AddSessionsAsync();
        var upstream = stage.Own(await Nginx.StartUpstreamAsync(stage._folder));
        await stage.AddAsync(options, Results.Reference, Work.Sessions, 2, () => Nginx.StartWithSessionsAsync(stage._folder, upstream.Port, redisPort));
        await stage.AddAsync(options, "nginx-proxy-only", Work.Forward, 2, () => Nginx.StartProxyAsync(stage._folder, upstream.Port));
        await stage.AddAsync(options, Ours, Work.Sessions, 8, () => stage.StartGatewayAsync(upstream.Port, redisPort));
        await stage.AddAsync(options, $"{Ours}-no-log", Work.Sessions, 8, () => stage.StartGatewayAsync(upstream.Port, redisPort, ("AccessLog__Enabled", "false")));

        // As the app host starts it, with a dashboard.
        await stage.AddAsync(options, $"{Ours}-watched", Work.Sessions, 8, async () => await stage.StartGatewayAsync(
            upstream.Port, redisPort, Dashboard.Watched(stage.Own(await Dashboard.StartAsync(stage._folder)))));

        // A route with a transform, which changes nothing, is forwarded by YARP over HttpClient.
        await stage.AddAsync(options, $"{Ours}-httpclient", Work.Sessions, 8, () => stage.StartGatewayAsync(
            upstream.Port, redisPort, ("ReverseProxy__Routes__messages__Transforms__0__RequestHeadersCopy", "true")));

        // What its server allows at best.
        await stage.AddAsync(options, "kestrel-401", Work.Refuse, 8, () => Refusals.StartAsync(stage._folder));
        return stage;
    }

    /// <summary>Fails unless a gateway does its job.</summary>
    internal async Task CheckAsync(Candidate candidate)
    {
        if (candidate.Answers(Requests.Signed))
        {
            var (status, body) = await GetAsync(candidate, $"x=1; auth_token={_tokens[7]}");
            var names = body.Contains("\"user\":\"user7\"", StringComparison.Ordinal);
            if (status != HttpStatusCode.OK || names != (candidate.Work == Work.Sessions))
            {
                throw new InvalidOperationException($"{candidate.Name}: {status} {body}");
            }
        }

        foreach (var cookie in candidate.Answers(Requests.Anonymous) ? ["x=1", "auth_token=b@d", "auth_token=unknown"] : Array.Empty<string>())
        {
            if ((await GetAsync(candidate, cookie)).Status != HttpStatusCode.Unauthorized)
            {
                throw new InvalidOperationException($"{candidate.Name} lets '{cookie}' in.");
            }
        }
    }

    internal async Task<Measurement> LoadAsync(Candidate candidate, Requests requests, int connections, TimeSpan duration)
    {
        var before = Used();
        var script = requests == Requests.Signed ? WriteScript() : null;
        var (output, clients) = await Wrk.RunAsync(new Uri($"http://127.0.0.1:{candidate.Process.Port}{Path}"), connections, duration, script);
        var used = Used() - before;
        var (refused, total) = (Wrk.Refused(output), Wrk.Total(output));
        if (refused != (requests == Requests.Signed ? 0 : total))
        {
            throw new InvalidOperationException($"{candidate.Name}: {refused} of {total} were refused.");
        }

        return new Measurement(
            Wrk.PerSecond(output), Wrk.Percentile(output, 50), Wrk.Percentile(output, 99), used.TotalMicroseconds / total, used / clients);

        TimeSpan Used() => candidate.Process.ProcessorTime() + (candidate.Work == Work.Sessions ? _redisServer!.ProcessorTime() : TimeSpan.Zero);
    }

    /// <summary>How long our gateway takes to refuse a session that has ended, in milliseconds, the shortest first.</summary>
    internal async Task<IReadOnlyList<double>> RevocationLagsAsync()
    {
        var lags = new List<double>();
        if (Candidates.Find(candidate => candidate.Name == Ours) is not { } gateway)
        {
            return [double.NaN];
        }

        foreach (var token in _tokens.Take(RevocationCount))
        {
            var cookie = $"auth_token={token}";
            var id = SessionToken.IdOf(token)!;
            await GetAsync(gateway, cookie);
            var end = _redis!.GetDatabase().CreateTransaction();
            _ = end.KeyDeleteAsync(SessionKeys.Session(id));
            _ = end.PublishAsync(new RedisChannel(SessionKeys.Ended, RedisChannel.PatternMode.Literal), id);
            await end.ExecuteAsync();
            var started = Stopwatch.GetTimestamp();
            while ((await GetAsync(gateway, cookie)).Status != HttpStatusCode.Unauthorized)
            {
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(5))
                {
                    throw new InvalidOperationException("A session that has ended is still let in.");
                }
            }

            lags.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        lags.Sort();
        return lags;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        foreach (var server in Enumerable.Reverse(_servers))
        {
            await server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Task<Server> StartGatewayAsync(int upstream, int redis, params (string Key, string Value)[] settings)
    {
        var port = Server.FreePort();
        var key = new string('k', 48);
        return Server.StartAsync(
            _folder,
            port,
            "dotnet",
            [System.IO.Path.Combine(AppContext.BaseDirectory, "Godzilla.Gateway.dll")],
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"),
            ("ASPNETCORE_CONTENTROOT", AppContext.BaseDirectory),
            ("ConnectionStrings__redis", $"127.0.0.1:{redis}"),
            ("Identity__Service", "gateway"),
            ("Identity__Callees__accounts__Key", key),
            ("Identity__Callees__chat__Key", key),
            ("RateLimits__Requests__PerSecond", "1000000"),
            ("RateLimits__Requests__Burst", "1000000"),
            ("services__accounts__http__0", $"http://127.0.0.1:{upstream}"),
            ("services__chat__http__0", $"http://127.0.0.1:{upstream}"),
            .. settings,
        ]);
    }

    private async Task AddAsync(Options options, string name, Work work, int warmUpSeconds, Func<Task<Server>> start)
    {
        if (options.Runs(name))
        {
            Candidates.Add(new Candidate(name, Own(await start()), work, warmUpSeconds));
        }
    }

    // Each session twice: by its token, where the original looks, and by its id.
    private async Task AddSessionsAsync()
    {
        var now = DateTimeOffset.UtcNow;
        var database = _redis!.GetDatabase();
        await Task.WhenAll(_tokens.SelectMany((token, i) =>
        {
            var session = new SessionRecord($"user{i}", now, now.AddDays(1)) { Address = "127.0.0.1", UserAgent = "bench" };
            return new Task[]
            {
                database.StringSetAsync($"session:{token}", session.User),
                database.StringSetAsync(SessionKeys.Session(SessionToken.IdOf(token)!), session.ToJson()),
            };
        }));
    }

    private string WriteScript()
    {
        var script = System.IO.Path.Combine(_folder, "tokens.lua");
        if (!File.Exists(script))
        {
            File.WriteAllText(script, $$"""
                local tokens = { {{string.Join(',', _tokens.Select(token => $"\"{token}\""))}} }
                local requests, next = {}, 0
                function init(args)
                  for i, token in ipairs(tokens) do requests[i] = wrk.format("GET", nil, { Cookie = "auth_token=" .. token, ["User-Agent"] = "bench" }) end
                end
                function request()
                  next = next % #requests + 1
                  return requests[next]
                end
                """);
        }

        return script;
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(Candidate candidate, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{candidate.Process.Port}{Path}");
        request.Headers.Add("Cookie", cookie);
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Server Own(Server server)
    {
        _servers.Add(server);
        return server;
    }

    private static string Invariant(int value) => value.ToString(CultureInfo.InvariantCulture);
}
