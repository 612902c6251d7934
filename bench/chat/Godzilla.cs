using System.Globalization;
using System.Net;
using Gateway.Bench;
using Godzilla.ServiceDefaults.Sessions;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Chat.Bench;

/// <summary>Chat with all that it needs: Redis with the users' sessions, a document server with discussions, Presence.</summary>
internal sealed class Godzilla : IAsyncDisposable
{
    /// <summary>What the gateway signs with.</summary>
    internal const string Key = "the-bench-signs-for-the-gateway-with-this-0123456789";

    internal const int MaxUsers = 1000;

    internal const string ChatBinary = "Godzilla.Chat";

    private const string PresenceKey = "chat-signs-for-presence-with-this-0123456789";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly List<Server> _needed = [];

    private Godzilla()
    {
    }

    /// <summary>What Chat needs.</summary>
    internal IReadOnlyList<Server> Needed => _needed;

    internal Server Chat { get; private set; } = null!;

    /// <summary>The document server.</summary>
    internal string Store { get; private set; } = "";

    internal static string User(int number) => $"user{number}";

    internal static string Session(int number) => $"session{number}";

    /// <param name="folder">For data and logs.</param>
    /// <param name="build">The folder of the build of Chat; <see langword="null"/> for the one of this repository.</param>
    /// <param name="discussions">The members of each discussion that is to be there, whose ids come from <see cref="Discussion"/>.</param>
    internal static async Task<Godzilla> StartAsync(string folder, string? build, params IReadOnlyList<string[]> discussions)
    {
        var godzilla = new Godzilla();
        folder = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        var redis = await godzilla.NeedAsync(folder, "redis-server", port => ["--bind", "127.0.0.1", "--save", "", "--dir", folder, "--port", $"{port}"]);
        var store = await godzilla.NeedAsync(folder, Binary("standins/mongod", "mongod"), port => ["--dbpath", Path.Combine(folder, "data"), "--port", $"{port}"]);
        godzilla.Store = $"mongodb://127.0.0.1:{store.Port}/";
        await AddSessionsAsync(redis.Port);
        await godzilla.AddDiscussionsAsync(discussions);
        (string, string)[] both = [("ASPNETCORE_ENVIRONMENT", "Production"), ("ConnectionStrings__redis", $"127.0.0.1:{redis.Port}")];
        var presence = await godzilla.NeedAsync(
            folder,
            Binary("Godzilla.Presence", "Godzilla.Presence"),
            _ => ["--contentRoot", Project("Godzilla.Presence")],
            port =>
            [
                .. both,
                ("Kestrel__Endpoints__http__Url", "http://127.0.0.1:0"),
                ("Kestrel__Endpoints__grpc__Url", $"http://127.0.0.1:{port}"),
                ("Identity__Service", "presence"),
                ("Identity__Callers__chat__Key", PresenceKey),
            ]);
        var chat = Server.FreePort();
        godzilla.Chat = await Server.StartAsync(
            folder,
            chat,
            build is null ? Binary("Godzilla.Chat", ChatBinary) : Path.Combine(build, ChatBinary),
            ["--contentRoot", build ?? Project("Godzilla.Chat")],
        [
            .. both,
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{chat}"),
            ("ConnectionStrings__chatdb", $"{godzilla.Store}chatdb"),
            ("Identity__Service", "chat"),
            ("Identity__Callers__gateway__Key", Key),
            ("Identity__Callers__gateway__ForUsers", "true"),
            ("Identity__Callees__presence__Key", PresenceKey),
            ("services__presence__grpc__0", $"http://127.0.0.1:{presence.Port}"),
            ("DOTNET_GCgen0size", "1000000"), // As the model has it.
            ("SendLimit__PerSecond", "100000"),
            ("SendLimit__Burst", "100000"),
        ]);
        await WaitForHealthAsync(chat);
        return godzilla;
    }

    /// <returns>The id of a discussion that <see cref="StartAsync"/> made.</returns>
    internal static string Discussion(int number) => (number + 1).ToString("x24", CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _needed.Prepend(Chat))
        {
            await server.DisposeAsync();
        }
    }

    private static string Project(string project) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../..", project));

    private static string Binary(string project, string name) => Path.Combine(Project(project), "bin/Release/net10.0", name);

    private static async Task AddSessionsAsync(int redis)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis}");
        var now = DateTimeOffset.UtcNow;
        await connection.GetDatabase().StringSetAsync([.. Enumerable.Range(0, MaxUsers).Select(number => KeyValuePair.Create(
            (RedisKey)SessionKeys.Session(Session(number)), (RedisValue)new SessionRecord(User(number), now, now.AddDays(1)).ToJson()))]);
    }

    private static async Task WaitForHealthAsync(int chat)
    {
        using var http = new HttpClient();
        using var limit = new CancellationTokenSource(StartLimit);
        while (true)
        {
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{chat}/health"), limit.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return;
            }

            await Task.Delay(50, limit.Token);
        }
    }

    // As Chat has them. Its own way in would ask Accounts whether the members exist.
    private async Task AddDiscussionsAsync(IReadOnlyList<string[]> discussions)
    {
        if (discussions.Count > 0)
        {
            using var client = new MongoClient(Store);
            var now = DateTime.UtcNow;
            await client.GetDatabase("chatdb").GetCollection<BsonDocument>("discussions").InsertManyAsync(discussions.Select((members, number) => new BsonDocument
            {
                { "_id", ObjectId.Parse(Discussion(number)) },
                { "users", new BsonArray(members) },
                { "created_at", now },
                { "updated_at", now },
                { "seq", 0L },
                { "rev", 0L },
            }));
        }
    }

    private async Task<Server> NeedAsync(
        string folder, string command, Func<int, string[]> arguments, Func<int, (string, string)[]>? environment = null)
    {
        var port = Server.FreePort();
        var server = await Server.StartAsync(folder, port, command, arguments(port), environment?.Invoke(port) ?? []);
        _needed.Add(server);
        return server;
    }
}
