using System.Globalization;
using Bench;
using Gateway.Bench;
using Godzilla.Presence.V1;
using Godzilla.ServiceDefaults.Identity;
using Grpc.Net.Client;

namespace Presence.Bench;

/// <summary>A server that is measured, with what it needs.</summary>
internal sealed class Candidate(string name, Server server, Server? redis = null) : IAsyncDisposable
{
    private const string Key = "the-bench-signs-for-chat-with-this-0123456789";

    // h2load sends no header that is empty, so nothing is.
    private static readonly CallerIdentity Caller = new("bench", "bench", "127.0.0.1", "bench", "bench");

    private readonly IdentitySigner _signer = new(
        Microsoft.Extensions.Options.Options.Create(new IdentityOptions { Service = "chat", Callees = { ["presence"] = new CalleeOptions { Key = Key } } }),
        TimeProvider.System);

    internal string Name => name;

    internal static async Task<Candidate> GodzillaAsync(string folder)
    {
        var redis = await StartAsync(folder, "redis-server", ["--bind", "127.0.0.1", "--save", "", "--port", "PORT"]);
        var service = Path.Combine(AppContext.BaseDirectory, "../../../../../Godzilla.Presence/bin/Release/net10.0");
        var port = Server.FreePort();
        var server = await Server.StartAsync(
            folder,
            port,
            "dotnet",
            [Path.Combine(service, "Godzilla.Presence.dll"), "--contentRoot", service],
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("Kestrel__Endpoints__http__Url", "http://127.0.0.1:0"),
            ("Kestrel__Endpoints__grpc__Url", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")),
            ("ConnectionStrings__redis", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port}")),
            ("Identity__Service", "presence"),
            ("Identity__Callers__chat__Key", Key),
            ("Identity__Callers__chat__ForUsers", "true"),
            ("Identity__Lifetime", "00:05:00")); // A run's calls have one signature.
        return new Candidate("Godzilla", server, redis);
    }

    internal static async Task<Candidate> GoAsync(string folder) => new(Results.Reference, await StartAsync(folder, Tools.BuildGo(folder), []));

    internal static async Task<Candidate> NodeAsync(string folder) =>
        new("@grpc/grpc-js", await StartAsync(folder, "sh", ["-c", $"cd {NodePackages.Folder} && exec node server.mjs"]));

    /// <summary>Lets users be there, who stay.</summary>
    internal async Task FillAsync(int from, int to)
    {
        using var channel = Channel();
        var client = new PresenceService.PresenceServiceClient(channel);
        for (var number = from; number < to; number++)
        {
            await client.UserConnectedAsync(new UserRequest { Username = $"user{number}" });
        }

        var online = await client.GetOnlineUsersAsync(new Empty());
        if (!online.Usernames.SequenceEqual(Enumerable.Range(0, to).Select(number => $"user{number}").Order(StringComparer.Ordinal)))
        {
            throw new InvalidOperationException($"{name} does not say who is online.");
        }
    }

    /// <returns>Calls a second, and what processor time each took: of the server, and of Redis if it needs that.</returns>
    internal Measurement Measure(string method, string bodyFile, int seconds)
    {
        var path = $"/presence.PresenceService/{method}";
        var headers = Signed(path).Concat([("content-type", "application/grpc"), ("te", "trailers")]);
        var (before, redisBefore) = (server.ProcessorTime(), redis?.ProcessorTime() ?? TimeSpan.Zero);
        var rate = Tools.Load(new Uri($"http://127.0.0.1:{server.Port}{path}"), bodyFile, seconds, headers);
        var used = server.ProcessorTime() - before + ((redis?.ProcessorTime() ?? TimeSpan.Zero) - redisBefore);
        return new Measurement(rate, used.TotalMicroseconds / (rate * seconds));
    }

    internal GrpcChannel Channel() => GrpcChannel.ForAddress(
        $"http://127.0.0.1:{server.Port}",
        new GrpcChannelOptions { HttpHandler = new Signing(this) { InnerHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } }, DisposeHttpClient = true });

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        if (redis is not null)
        {
            await redis.DisposeAsync();
        }
    }

    private static async Task<Server> StartAsync(string folder, string command, string[] arguments)
    {
        var port = Server.FreePort();
        var text = port.ToString(CultureInfo.InvariantCulture);
        return await Server.StartAsync(folder, port, command, arguments.Select(argument => argument == "PORT" ? text : argument), ("PORT", text));
    }

    private List<(string Name, string Value)> Signed(string path)
    {
        using var request = new HttpRequestMessage();
        request.Headers.TryAddWithoutValidation("User-Agent", "bench");
        _signer.Sign(request.Headers, "presence", Caller, "POST", path);
        return [.. request.Headers.Select(header => (header.Key.ToLowerInvariant(), string.Join(' ', header.Value)))];
    }

    private sealed class Signing(Candidate candidate) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.UserAgent.Clear();
            foreach (var (key, value) in candidate.Signed(request.RequestUri!.AbsolutePath))
            {
                request.Headers.TryAddWithoutValidation(key, value);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
