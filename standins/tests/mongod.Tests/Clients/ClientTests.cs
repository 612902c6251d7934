using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;

namespace Mongod.Tests.Clients;

/// <summary>The official clients, with the password, and each on what another one wrote.</summary>
public sealed class ClientTests(MongodFixture fixture) : IClassFixture<MongodFixture>
{
    private IMongoDatabase Database => fixture.Client.GetDatabase("clients");

    [NodeFact]
    public async Task TheNpmDriverWorksAndReadsWhatTheDotNetDriverWrote()
    {
        await WriteAsync();

        Assert.Equal("done", (await NodePackages.RunAsync("client.mjs", "", fixture.Server.ConnectionString)).Trim());

        var gamera = await Database.GetCollection<BsonDocument>("node").Find(new BsonDocument("name", "gamera")).SingleAsync();
        Assert.Equal(5, gamera["legs"].AsInt32);
    }

    [PymongoFact]
    public async Task PymongoWorksAndReadsWhatTheDotNetDriverWrote()
    {
        await WriteAsync();

        var output = await Programs.RunAsync(
            PymongoFactAttribute.Python,
            [Path.Combine(NodePackages.Folder, "client.py"), fixture.Server.ConnectionString, fixture.Server.AnonymousConnectionString],
            "");
        Assert.Equal("done", output.Trim());

        var gamera = await Database.GetCollection<BsonDocument>("python").Find(new BsonDocument("name", "gamera")).SingleAsync();
        Assert.Equal((5, 80L, "1.10"), (gamera["legs"].AsInt32, gamera["weight"].AsInt64, gamera["price"].ToString()));
    }

    [Fact]
    public async Task TheDotNetDriverWorks()
    {
        var monsters = Database.GetCollection<BsonDocument>("monsters");
        await monsters.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("name", 1), new CreateIndexOptions { Unique = true }));
        await monsters.InsertOneAsync(new BsonDocument { { "name", "gamera" }, { "legs", 4 } });
        await monsters.InsertManyAsync(Enumerable.Range(0, 250).Select(i => new BsonDocument { { "name", $"kaiju-{i}" }, { "legs", i % 5 } }));

        var duplicate = await Assert.ThrowsAsync<MongoWriteException>(() => monsters.InsertOneAsync(new BsonDocument("name", "gamera")));
        Assert.Equal(ServerErrorCategory.DuplicateKey, duplicate.WriteError.Category);

        var sorted = await monsters.Find(Builders<BsonDocument>.Filter.Gte("legs", 2), new FindOptions { BatchSize = 20 }).Sort(Builders<BsonDocument>.Sort.Descending("legs").Ascending("name")).ToListAsync();
        Assert.Equal(151, sorted.Count);
        Assert.Equal(sorted.OrderByDescending(d => d["legs"].AsInt32).ThenBy(d => d["name"].AsString, StringComparer.Ordinal), sorted);

        var updated = await monsters.UpdateOneAsync(new BsonDocument("name", "gamera"), Builders<BsonDocument>.Update.Inc("legs", 1).Push("enemies", "gyaos"));
        Assert.Equal((1, 1), (updated.MatchedCount, updated.ModifiedCount));
        var found = await monsters.FindOneAndUpdateAsync<BsonDocument>(
            new BsonDocument("name", "gamera"), Builders<BsonDocument>.Update.Set("flies", true), new() { ReturnDocument = ReturnDocument.After });
        Assert.Equal("[\"gyaos\"]", found["enemies"].ToJson());
        var groups = await monsters.Aggregate().Match(new BsonDocument("legs", new BsonDocument("$lt", 4))).Group(new BsonDocument { { "_id", "$legs" }, { "count", new BsonDocument("$sum", 1) } }).Sort(new BsonDocument("_id", 1)).ToListAsync();
        Assert.Equal([50, 50, 50, 50], groups.Select(g => g["count"].ToInt32()));
        Assert.Equal(50, (await monsters.DeleteManyAsync(new BsonDocument("legs", 0))).DeletedCount);
        Assert.Equal(201, await monsters.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty));
        Assert.Contains("clients", await (await fixture.Client.ListDatabaseNamesAsync()).ToListAsync());

        var bulk = await monsters.BulkWriteAsync(
        [
            new InsertOneModel<BsonDocument>(new BsonDocument("name", "new")),
            new UpdateManyModel<BsonDocument>(new BsonDocument("legs", 1), new BsonDocument("$set", new BsonDocument("seen", true))),
            new DeleteOneModel<BsonDocument>(new BsonDocument("name", "new")),
        ]);
        Assert.Equal((1, 50, 1), (bulk.InsertedCount, bulk.ModifiedCount, bulk.DeletedCount));
    }

    [Fact]
    public async Task LargeBatchesAndDocumentsGoBothWays()
    {
        var large = Database.GetCollection<BsonDocument>("large");
        await large.InsertManyAsync(Enumerable.Range(0, 5).Select(i => new BsonDocument { { "_id", i }, { "x", new BsonBinaryData(new byte[15_000_000]) } }));
        await large.InsertManyAsync(Enumerable.Range(100, 20_000).Select(i => new BsonDocument("_id", i)));

        var all = await large.Find(FilterDefinition<BsonDocument>.Empty).ToListAsync();

        Assert.Equal(20_005, all.Count);
        Assert.All(all.Take(5), d => Assert.Equal(15_000_000, d["x"].AsByteArray.Length));
    }

    [Fact]
    public async Task AnUnacknowledgedWriteIsCarriedOut()
    {
        var quiet = Database.GetCollection<BsonDocument>("quiet");
        await quiet.WithWriteConcern(WriteConcern.Unacknowledged).InsertOneAsync(new BsonDocument("_id", 1));

        await Eventually.IsTrue(async () => await quiet.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty) == 1, "the document is there");
    }

    [Fact]
    public async Task DriversKeepTheirConnectionsOverManyHeartbeats()
    {
        var (succeeded, failed) = (0, 0);
        using var client = fixture.Server.CreateClient(settings =>
        {
            settings.HeartbeatInterval = TimeSpan.FromMilliseconds(500);
            settings.ClusterConfigurator = cluster => cluster
                .Subscribe<ServerHeartbeatSucceededEvent>(_ => Interlocked.Increment(ref succeeded))
                .Subscribe<ServerHeartbeatFailedEvent>(_ => Interlocked.Increment(ref failed));
        });
        var admin = client.GetDatabase("admin");
        var before = (await admin.RunCommandAsync<BsonDocument>(new BsonDocument("whatsmyuri", 1)))["you"].AsString;

        await Eventually.IsTrue(() => Volatile.Read(ref succeeded) >= 8, "the driver has heard from the server a few times");

        Assert.Equal(0, failed);
        Assert.Equal(before, (await admin.RunCommandAsync<BsonDocument>(new BsonDocument("whatsmyuri", 1)))["you"].AsString);
    }

    private Task<ReplaceOneResult> WriteAsync() => Database.GetCollection<BsonDocument>("dotnet").ReplaceOneAsync(
        new BsonDocument("name", "mothra"),
        new BsonDocument { { "name", "mothra" }, { "age", 42 }, { "born", DateTime.UtcNow } },
        new ReplaceOptions { IsUpsert = true });
}
