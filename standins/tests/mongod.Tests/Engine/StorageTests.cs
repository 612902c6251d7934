using Mongod.Commands;
using Mongod.Engine;
using Mongod.Engine.Storing;
using MongoDB.Bson;

namespace Mongod.Tests.Engine;

public sealed class StorageTests : IAsyncDisposable
{
    private readonly EngineServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task ExpiredDocumentsAreDeletedOnceAMinute()
    {
        await _server.RunAsync("{ createIndexes: 'c', indexes: [{ key: { at: 1 }, name: 'at', expireAfterSeconds: 30 }] }");
        var now = _server.Time.GetUtcNow().UtcDateTime;
        await _server.InsertAsync("c",
        [
            new BsonDocument { { "_id", "old" }, { "at", now.AddHours(-1) } },
            new BsonDocument { { "_id", "one of two" }, { "at", new BsonArray { now.AddHours(-1), now.AddHours(1) } } },
            new BsonDocument { { "_id", "later" }, { "at", now.AddMinutes(10) } },
            new BsonDocument { { "_id", "no date" }, { "at", 5 } },
            new BsonDocument { { "_id", "none" } },
        ]);

        _server.Time.Advance(TimeSpan.FromSeconds(61));
        await Eventually.IsTrue(async () => (await _server.FindAsync("c", [])).Count == 3, "two documents have expired");
        Assert.Equal(["later", "no date", "none"], (await _server.FindAsync("c", [])).Select(d => d["_id"].AsString));

        _server.Time.Advance(TimeSpan.FromMinutes(11));
        await Eventually.IsTrue(async () => (await _server.FindAsync("c", [])).Count == 2, "the third has expired");
    }

    [Fact]
    public async Task DeepDocumentsAreRefused()
    {
        BsonValue deep = 1;
        for (var i = 0; i < 101; i++)
        {
            deep = new BsonDocument("a", deep);
        }

        var reply = await _server.RunAsync(new BsonDocument { { "insert", "c" }, { "documents", new BsonArray { deep } } });
        Assert.Equal(15, reply["writeErrors"][0]["code"]);

        // Steps that are each shallow enough, and together are not.
        await _server.RunAsync("{ insert: 'c', documents: [{ _id: 1 }] }");
        var path = string.Join('.', Enumerable.Repeat("a", 120));
        reply = await _server.RunAsync(new BsonDocument
        {
            { "update", "c" },
            { "updates", new BsonArray { new BsonDocument { { "q", new BsonDocument() }, { "u", new BsonDocument("$set", new BsonDocument(path, 1)) } } } },
        });
        Assert.Equal(15, reply["writeErrors"][0]["code"]);
        Assert.Equal(new BsonDocument("_id", 1), (await _server.FindAsync("c", []))[0]);
    }

    [Fact]
    public async Task LargeDocumentsAreRefused()
    {
        await _server.RunAsync("{ insert: 'c', documents: [{ _id: 1, a: '' }] }");

        var reply = await _server.RunAsync(new BsonDocument
        {
            { "insert", "c" }, { "documents", new BsonArray { new BsonDocument { { "_id", 2 }, { "a", new byte[16 * 1024 * 1024] } } } },
        });

        Assert.Equal(10334, reply["writeErrors"][0]["code"]);
    }

    [Fact]
    public async Task ManyWritersAllGetTheirOwnAnswer()
    {
        await _server.RunAsync("{ createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a', unique: true }] }");

        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => _server.RunAsync(
            new BsonDocument { { "insert", "c" }, { "documents", new BsonArray { new BsonDocument { { "_id", i }, { "a", i % 50 } } } } })));

        Assert.Equal(50, replies.Count(r => r["n"] == 1));
        Assert.Equal(150, replies.Count(r => r.Contains("writeErrors")));
        Assert.Equal(50, (await _server.FindAsync("c", [])).Count);
    }

    [Fact]
    public async Task TheLogStaysBoundedWhileSomebodyAlwaysReads()
    {
        await _server.InsertAsync("c", Enumerable.Range(0, 2000).Select(i => new BsonDocument("_id", i)));
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await _server.FindAsync("c", []);
            }
        })).ToArray();

        for (var i = 0; i < 40; i++)
        {
            await _server.InsertAsync("big", [new BsonDocument("a", new byte[4_000_000])]);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);

        // 160 MB were written.
        Assert.InRange(new FileInfo(_server.File + "-wal").Length, 0, 130_000_000);
    }

    [Fact]
    public async Task DataIsThereAfterARestart()
    {
        using var folder = TemporaryFolder.Create();
        var insert = BsonDocument.Parse("{ insert: 'c', documents: [{ _id: 1, a: [1, 2] }, { _id: 2, a: 3 }] }");
        var index = BsonDocument.Parse("{ createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a', unique: true }] }");
        foreach (var body in new[] { insert, index })
        {
            await RunOnceAsync(folder.Path, body);
        }

        var found = await RunOnceAsync(folder.Path, BsonDocument.Parse("{ explain: { find: 'c', filter: { a: 2 } }, verbosity: 'executionStats' }"));

        Assert.Equal(1, found["executionStats"]["nReturned"]);
        Assert.Equal("a", found["queryPlanner"]["winningPlan"]["inputStage"]["indexName"]);
        Assert.Equal(0, new FileInfo(Path.Combine(folder.Path, "test.db-wal")) is { Exists: true } log ? log.Length : 0);
    }

    [Fact]
    public async Task AFileOfTheEarlierStoreIsConverted()
    {
        using var folder = TemporaryFolder.Create();
        using (var old = new Sqlite(folder.In("test.db"), create: true))
        {
            old.Execute("PRAGMA application_id = 1197098060");
            old.Execute("CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
            old.Execute("CREATE TABLE indexes (id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, specification BLOB NOT NULL, multikey INTEGER NOT NULL)");
            old.Execute("CREATE TABLE c1 (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, doc BLOB NOT NULL)");
            old.Execute("CREATE TABLE x1 (k0 BLOB NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (k0)) WITHOUT ROWID");
            old.Execute("INSERT INTO collections VALUES (1, 'c')");
            old.Execute("""INSERT INTO indexes VALUES (1, 1, jsonb('{"v":2,"key":{"tags":1},"name":"tags_1","unique":true}'), 0)""");
            old.Execute("""
                INSERT INTO c1 VALUES (1, x'01', jsonb('{"_id":{"$oid":"507f1f77bcf86cd799439011"},"name":"é","tags":["a","b"],"n":{"$numberLong":5},
                "d":{"$date":1700000000000},"x":1.5,"t":true,"z":null,"dec":{"$numberDecimal":"1.10"},"bin":{"$binary":"AQI=","$type":0},"$$odd":{"$$in":1}}'))
                """);
            old.Execute("""INSERT INTO c1 VALUES (2, x'02', jsonb('{"_id":2,"tags":"c"}'))""");
            old.Execute("PRAGMA user_version = 7");
        }

        var found = await RunOnceAsync(folder.Path, BsonDocument.Parse("{ find: 'c', filter: { tags: 'b' }, hint: 'tags_1' }"));
        var reply = await RunOnceAsync(folder.Path, BsonDocument.Parse("{ insert: 'c', documents: [{ tags: 'c' }] }"));

        Assert.Equal(
            BsonDocument.Parse("""
                { _id: ObjectId("507f1f77bcf86cd799439011"), name: "é", tags: ["a", "b"], n: NumberLong(5), d: ISODate("2023-11-14T22:13:20Z"), x: 1.5,
                  t: true, z: null, dec: NumberDecimal("1.10"), bin: BinData(0, "AQI="), $odd: { $in: 1 } }
                """),
            Assert.Single(found["cursor"]["firstBatch"].AsBsonArray));
        Assert.Equal(11000, reply["writeErrors"][0]["code"]);
    }

    [Fact]
    public async Task AFileOfAnotherProgramIsRefused()
    {
        using var folder = TemporaryFolder.Create();
        using (var other = new Sqlite(folder.In("test.db"), create: true))
        {
            other.Execute("CREATE TABLE t (a)");
            other.Execute("PRAGMA application_id = 5");
        }

        var refused = await Assert.ThrowsAsync<CommandException>(() => RunOnceAsync(folder.Path, BsonDocument.Parse("{ count: 'c' }")));

        Assert.Contains("is not a file of this server", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<BsonDocument> RunOnceAsync(string folder, BsonDocument body)
    {
        await using var databases = new Databases(folder, TimeProvider.System);
        using var cursors = new Cursors(TimeProvider.System);
        var name = body.GetElement(0).Name;
        return await DataCommands.Create(databases, cursors)[name](new Command(name, "test", body, new Client(1, "test")), CancellationToken.None);
    }
}
