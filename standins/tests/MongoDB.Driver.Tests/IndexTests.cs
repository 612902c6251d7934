using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Storage;

namespace Godzilla.StandIns.Tests;

/// <summary>Which index a search reads, and that SQLite neither scans nor sorts where an index serves.</summary>
public sealed class IndexTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    private IMongoCollection<BsonDocument> Things => _store.Collection<BsonDocument>();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("{ _id: 5 }", null, 0, "_id_")]
    [InlineData("{ }", "{ _id: -1 }", 5, "_id_")]
    [InlineData("{ discussion_id: 1 }", "{ seq: -1 }", 20, "discussion_id_1_seq_-1")]
    [InlineData("{ discussion_id: 1 }", "{ seq: 1 }", 20, "discussion_id_1_seq_-1")]
    [InlineData("{ discussion_id: 1, seq: { $lt: 50 } }", "{ seq: -1 }", 20, "discussion_id_1_seq_-1")]
    [InlineData("{ $and: [{ discussion_id: { $eq: 1 } }, { seq: { $gt: 5, $lte: 9 } }] }", "{ seq: 1 }", 0, "discussion_id_1_seq_-1")]
    [InlineData("{ discussion_id: 1, seq: 7 }", null, 0, "discussion_id_1_seq_-1")]
    [InlineData("{ users: 'mothra' }", "{ updated_at: -1 }", 20, "users_1_updated_at_-1")]
    [InlineData("{ users: { $all: ['mothra', 'rodan'] } }", "{ updated_at: -1 }", 0, "users_1_updated_at_-1")]
    [InlineData("{ username: { $in: ['a', 'b'] } }", null, 0, "username_1")]
    [InlineData("{ other: 1 }", "{ username: 1 }", 3, "username_1")]
    public async Task SearchesReadTheIndex(string filter, string? sort, int limit, string index)
    {
        await FillAsync();
        var request = new FindRequest(BsonDocument.Parse(filter), sort == null ? null : BsonDocument.Parse(sort), 0, limit, null);

        var (chosen, steps) = await ExplainAsync(request);

        Assert.Equal(index, chosen);
        Assert.DoesNotContain(steps, s => s.Contains("TEMP B-TREE", StringComparison.Ordinal) || s == "SORT IN MEMORY");
        Assert.DoesNotContain(steps, s => s.StartsWith("SCAN d", StringComparison.Ordinal) && filter != "{ }");
        Assert.Contains(steps, s => s.StartsWith("SEARCH", StringComparison.Ordinal) || s.StartsWith("SCAN", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ other: 1 }", null)]
    [InlineData("{ sparse: null }", null)]
    [InlineData("{ partial: 5 }", null)]
    [InlineData("{ users: /^m/ }", null)]
    [InlineData("{ }", "{ users: 1 }")]
    public async Task SearchesThatNoIndexServesScan(string filter, string? sort)
    {
        await FillAsync();
        var document = filter.Contains('/', StringComparison.Ordinal)
            ? new BsonDocument("users", new BsonRegularExpression("^m"))
            : BsonDocument.Parse(filter);
        Assert.Null((await ExplainAsync(new FindRequest(document, sort == null ? null : BsonDocument.Parse(sort), 0, 5, null))).Index);
    }

    [Fact]
    public async Task SparseAndPartialIndexesServeWhatTheyHold()
    {
        await FillAsync();
        Assert.Equal("sparse_1", (await ExplainAsync(new FindRequest(BsonDocument.Parse("{ sparse: 5 }"), null, 0, 0, null))).Index);
        Assert.Equal("partial_1", (await ExplainAsync(new FindRequest(BsonDocument.Parse("{ partial: 5, on: true }"), null, 0, 0, null))).Index);

        // Unique holds within a partial index alone.
        await Things.Indexes.DropOneAsync("username_1");
        await Things.Indexes.DropOneAsync("discussion_id_1_seq_-1");
        await Things.InsertManyAsync([BsonDocument.Parse("{ partial: 1 }"), BsonDocument.Parse("{ partial: 1 }"), BsonDocument.Parse("{ partial: 1, on: true }")]);
        await Assert.ThrowsAsync<MongoWriteException>(() => Things.InsertOneAsync(BsonDocument.Parse("{ partial: 1, on: true }")));
        await Assert.ThrowsAsync<MongoWriteException>(() => Things.UpdateManyAsync("{ partial: 1 }", "{ $set: { on: true } }"));
        await Things.UpdateOneAsync("{ on: true }", "{ $set: { on: false } }");
        await Things.InsertOneAsync(BsonDocument.Parse("{ partial: 1, on: true }"));
    }

    [Fact]
    public async Task AUniqueIndexCountsMissingAsNullAndComparesNumbersByValue()
    {
        await Things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{ u: 1, v: -1 }", new CreateIndexOptions { Unique = true }));
        await Things.InsertManyAsync([BsonDocument.Parse("{ v: 1 }"), BsonDocument.Parse("{ u: 1, v: 1 }"), BsonDocument.Parse("{ u: [5, 5], v: 1 }")]);
        foreach (var taken in new[] { "{ u: null, v: 1.0 }", "{ u: 1.0, v: { $numberLong: '1' } }", "{ u: [4, 5], v: 1 }" })
        {
            var refused = await Assert.ThrowsAsync<MongoWriteException>(() => Things.InsertOneAsync(BsonDocument.Parse(taken)));
            Assert.Equal("u_1_v_-1", refused.WriteError.Message.Split("index: ")[1].Split(' ')[0]);
        }

        await Things.InsertOneAsync(BsonDocument.Parse("{ u: 1, v: 2 }"));
        var parallel = await Assert.ThrowsAsync<MongoWriteException>(() => Things.InsertOneAsync(BsonDocument.Parse("{ u: [1], v: [1] }")));
        Assert.Equal(171, parallel.WriteError.Code);
        Assert.Equal(4, await Things.CountDocumentsAsync("{ }"));
        var command = await Assert.ThrowsAsync<MongoCommandException>(() =>
            Things.FindOneAndUpdateAsync<BsonDocument>("{ u: 1, v: 2 }", "{ $set: { v: 1 } }"));
        Assert.Equal((11000, "DuplicateKey"), (command.Code, command.CodeName));
    }

    [Fact]
    public async Task IndexesAreMadeListedAndDropped()
    {
        await FillAsync();
        var unique = new CreateIndexModel<BsonDocument>("{ n: 1 }", new CreateIndexOptions { Unique = true, Name = "by n" });
        Assert.Equal("by n", await Things.Indexes.CreateOneAsync(unique));
        Assert.Equal("by n", await Things.Indexes.CreateOneAsync(unique)); // The same once more is no fault.
        var list = await (await Things.Indexes.ListAsync()).ToListAsync();
        Assert.Equal(BsonDocument.Parse("{ v: 2, key: { n: 1 }, name: 'by n', unique: true }"), list[^1]);
        Assert.Equal("_id_", list[0]["name"]);

        var conflict = await Assert.ThrowsAsync<MongoCommandException>(() => Things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{ n: 1 }")));
        Assert.Equal(85, conflict.Code);
        conflict = await Assert.ThrowsAsync<MongoCommandException>(() => Things.Indexes.CreateOneAsync(
            new CreateIndexModel<BsonDocument>("{ m: 1 }", new CreateIndexOptions { Name = "by n" })));
        Assert.Equal(86, conflict.Code);
        var duplicate = await Assert.ThrowsAsync<MongoCommandException>(() => Things.Indexes.CreateOneAsync(
            new CreateIndexModel<BsonDocument>("{ other: 1 }", new CreateIndexOptions { Unique = true })));
        Assert.Equal(11000, duplicate.Code);
        Assert.Equal(list.Count, (await (await Things.Indexes.ListAsync()).ToListAsync()).Count);

        await Things.Indexes.DropOneAsync("by n");
        Assert.Equal(27, (await Assert.ThrowsAsync<MongoCommandException>(() => Things.Indexes.DropOneAsync("by n"))).Code);
        await Things.Indexes.DropAllAsync();
        Assert.Single(await (await Things.Indexes.ListAsync()).ToListAsync());
        Assert.Equal(100, await Things.CountDocumentsAsync("{ users: 'mothra' }"));
        foreach (var left in new[] { "{ a: 'text' }", "{ a: 'hashed' }", "{ '$**': 1 }" })
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => Things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(left)));
        }
    }

    [Fact]
    public async Task HostileNamesAndValuesStayData()
    {
        const string Hostile = "x'; DROP TABLE collections; --\"`](%2F../\u2622";
        var database = _store.Client.GetDatabase("a/'b\"");
        var things = database.GetCollection<BsonDocument>(Hostile);
        await things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(
            new BsonDocument(Hostile.Replace(".", "", StringComparison.Ordinal), 1), new CreateIndexOptions { Name = Hostile, Unique = true }));
        var field = Hostile.Replace(".", "", StringComparison.Ordinal);
        await things.InsertOneAsync(new BsonDocument(field, Hostile));

        Assert.Equal(Hostile, (await things.Find(Builders<BsonDocument>.Filter.Eq(field, Hostile)).SingleAsync())[field]);
        await Assert.ThrowsAsync<MongoWriteException>(() => things.InsertOneAsync(new BsonDocument(field, Hostile)));
        await things.UpdateOneAsync("{ }", new BsonDocument("$set", new BsonDocument(field, "\0\0'")));
        Assert.Equal("\0\0'", (await things.Find(Builders<BsonDocument>.Filter.Gt(field, "\0")).SingleAsync())[field]);
        Assert.Equal([Hostile], await (await database.ListCollectionNamesAsync()).ToListAsync());
        Assert.Equal(["a/'b\""], await (await _store.Client.ListDatabaseNamesAsync()).ToListAsync());
        Assert.Single(Directory.GetFiles(_store.Directory, "*.db"));
        Assert.Throws<ArgumentException>(() => new BsonElement("a\0b", 1));
        await database.DropCollectionAsync(Hostile);
        Assert.Empty(await (await database.ListCollectionNamesAsync()).ToListAsync());
        Assert.Equal(0, await things.CountDocumentsAsync("{ }"));
    }

    private async Task<(string? Index, string[] Steps)> ExplainAsync(FindRequest request)
    {
        using var store = new Store(_store.Directory, "testdb", MongoClientSettings.FromConnectionString(_store.ConnectionString));
        return await new CollectionStore(store, "things").ExplainAsync(request, CancellationToken.None);
    }

    private async Task FillAsync()
    {
        await Things.Indexes.CreateManyAsync(
        [
            new CreateIndexModel<BsonDocument>("{ username: 1 }", new CreateIndexOptions { Unique = true }),
            new CreateIndexModel<BsonDocument>("{ discussion_id: 1, seq: -1 }", new CreateIndexOptions { Unique = true }),
            new CreateIndexModel<BsonDocument>("{ users: 1, updated_at: -1 }"),
            new CreateIndexModel<BsonDocument>("{ sparse: 1 }", new CreateIndexOptions { Sparse = true }),
            new CreateIndexModel<BsonDocument>(
                "{ partial: 1 }", new CreateIndexOptions<BsonDocument> { Unique = true, PartialFilterExpression = "{ on: true }" }),
        ]);
        await Things.InsertManyAsync(Enumerable.Range(0, 100).Select(i => new BsonDocument
        {
            { "_id", i },
            { "username", $"u{i}" },
            { "discussion_id", i / 50 },
            { "seq", i % 50 },
            { "users", new BsonArray { "mothra", $"u{i}" } },
            { "updated_at", new BsonDateTime(i) },
            { "other", i / 20 },
            { "n", i },
        }));
    }
}
