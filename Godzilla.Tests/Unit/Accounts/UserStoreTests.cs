using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Accounts;

/// <summary>The accounts in a real database, which each test has for itself.</summary>
[Collection(SharedStores.Name)]
public sealed class UserStoreTests(Stores stores) : IAsyncLifetime, IDisposable
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private MongoClient? _client;
    private IMongoDatabase? _database;

    private IMongoDatabase Database => _database!;

    private IMongoCollection<BsonDocument> Documents => Database.GetCollection<BsonDocument>("users");

    public async Task InitializeAsync()
    {
        _client = new MongoClient(await stores.ConnectionStringAsync("mongodb"));
        _database = _client.GetDatabase($"users-{Guid.NewGuid():N}");
    }

    public Task DisposeAsync() => _client!.DropDatabaseAsync(Database.DatabaseNamespace.DatabaseName);

    public void Dispose() => _client?.Dispose();

    [Fact]
    public async Task OfOlderNamesThatDifferInCaseTheOldestHasTheKeyAndAllSignInByTheirExactName()
    {
        await Documents.InsertManyAsync([Old("MOTHRA", 3), Old("mothra", 1), Old("Mothra", 2), Old("Rodan+1@example.org", 4)]);

        // Two replicas at once, and again at the next start.
        await Task.WhenAll(new UserStore(Database).EnsureIndexAsync(), new UserStore(Database).EnsureIndexAsync());
        var users = new UserStore(Database);
        await users.EnsureIndexAsync();

        Assert.Equal(
            ["Rodan+1@example.org=rodan+1@example.org", "mothra=mothra"],
            (await Documents.Find(new BsonDocument("username_key", new BsonDocument("$exists", true))).ToListAsync())
                .Select(user => $"{user["username"]}={user["username_key"]}").Order(StringComparer.Ordinal));
        foreach (var name in new[] { "mothra", "Mothra", "MOTHRA" })
        {
            Assert.Equal(name, (await users.FindForSignInAsync(name, CancellationToken.None))?.Username);
        }

        Assert.Equal("mothra", (await users.FindForSignInAsync("mOTHRA", CancellationToken.None))?.Username);
        Assert.Equal("Rodan+1@example.org", (await users.FindForSignInAsync("rodan+1@EXAMPLE.org", CancellationToken.None))?.Username);
        Assert.Null(await users.FindForSignInAsync("rodan", CancellationToken.None));
        Assert.False(await users.TryAddAsync(New("MoThRa"), CancellationToken.None));
        Assert.False(await users.TryAddAsync(New("Mothra"), CancellationToken.None));
    }

    [Fact]
    public async Task AllOfManyOlderAccountsGetTheirKeys()
    {
        await Documents.InsertManyAsync(Enumerable.Range(0, 2500).Select(number => Old($"User-{number % 2400}{(number < 2400 ? "" : "X")}", number)));
        await Documents.InsertOneAsync(Old("USER-7", 5000));

        await Task.WhenAll(new UserStore(Database).EnsureIndexAsync(), new UserStore(Database).EnsureIndexAsync());

        var left = await Documents.Find(new BsonDocument("username_key", new BsonDocument("$exists", false))).ToListAsync();
        Assert.Equal("USER-7", Assert.Single(left)["username"]);
    }

    [Theory]
    [InlineData("mothra", "Mothra")]
    [InlineData("Mothra", "mothra")]
    [InlineData("mothra", "mothra")]
    public async Task ANameIsTakenInEveryCase(string first, string second)
    {
        var users = new UserStore(Database);
        await users.EnsureIndexAsync();

        Assert.True(await users.TryAddAsync(New(first), CancellationToken.None));
        Assert.False(await users.TryAddAsync(New(second), CancellationToken.None));
    }

    [Fact]
    public async Task OneOfManyWhoConfirmARegistrationIsTheFirst()
    {
        var users = new UserStore(Database);
        await users.EnsureIndexAsync();
        await users.TryAddAsync(New("mothra"), CancellationToken.None);
        var mothra = (await users.FindAsync("mothra", CancellationToken.None))!;
        Assert.True(mothra.IsUnconfirmed);

        var first = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => users.ConfirmAsync(mothra, CancellationToken.None)));

        Assert.Single(first, isFirst => isFirst);
        Assert.False((await users.FindAsync("mothra", CancellationToken.None))!.IsUnconfirmed);
    }

    private static BsonDocument Old(string name, int age) => new()
    {
        { "username", name },
        { "password", "hash" },
        { "created_at", Start.AddMinutes(age) },
    };

    private static User New(string name) => new()
    {
        Username = name,
        UsernameKey = UsernameRule.KeyOf(name),
        Password = "hash",
        CreatedAt = Start,
        IsUnconfirmed = true,
    };
}
