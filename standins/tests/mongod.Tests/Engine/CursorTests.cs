using Mongod.Commands;
using MongoDB.Bson;

namespace Mongod.Tests.Engine;

public sealed class CursorTests : IAsyncDisposable
{
    private readonly EngineServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("{}")]
    [InlineData("{ a: 1 }")]
    [InlineData("{ a: -1 }")]
    [InlineData("{ u: 1 }")]
    [InlineData("{ u: -1 }")]
    [InlineData("{ _id: -1 }")]
    [InlineData("{ b: 1 }")]
    public async Task BatchesTogetherAreTheWhole(string sort)
    {
        await FillAsync(250);
        await _server.RunAsync("{ createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a' }, { key: { u: 1 }, name: 'u', unique: true }] }");
        var find = new BsonDocument { { "find", "c" }, { "sort", BsonDocument.Parse(sort) }, { "limit", 240 } };

        var all = (await _server.RunAsync(new BsonDocument(find) { { "batchSize", 1000 } }))["cursor"]["firstBatch"].AsBsonArray;
        var cursor = (await _server.RunAsync(new BsonDocument(find) { { "batchSize", 7 } }))["cursor"];
        var parts = new BsonArray(cursor["firstBatch"].AsBsonArray);
        while (cursor["id"] != 0)
        {
            Assert.Equal(1, _server.Cursors.Count);
            cursor = await MoreAsync(cursor["id"], 7);
            Assert.True(cursor["nextBatch"].AsBsonArray.Count <= 7);
            parts.AddRange(cursor["nextBatch"].AsBsonArray);
        }

        Assert.Equal(240, all.Count);
        Assert.Equal(all, parts);
        Assert.Equal(0, _server.Cursors.Count);
    }

    [Fact]
    public async Task ACursorSeesWhatIsInsertedBehindItAndNotWhatIsDeleted()
    {
        await FillAsync(200);
        var cursor = (await _server.RunAsync("{ find: 'c', batchSize: 10 }"))["cursor"];
        await _server.RunAsync("{ delete: 'c', deletes: [{ q: { _id: { $lt: 150 } }, limit: 0 }] }");
        await _server.RunAsync("{ insert: 'c', documents: [{ _id: 900 }] }");

        var rest = (await MoreAsync(cursor["id"], 1000))["nextBatch"].AsBsonArray.Select(d => d["_id"].AsInt32).ToArray();

        Assert.Equal(900, rest[^1]);
        Assert.DoesNotContain(120, rest);
    }

    [Fact]
    public async Task ACursorEndsWithItsCollection()
    {
        await FillAsync(3000);
        var cursor = (await _server.RunAsync("{ find: 'c', batchSize: 10 }"))["cursor"];
        await _server.RunAsync("{ drop: 'c' }");
        await FillAsync(3000);

        var refused = await _server.RefusedAsync(new BsonDocument { { "getMore", cursor["id"] }, { "collection", "c" } });

        Assert.Equal(175, refused.Code);
        Assert.Equal(0, _server.Cursors.Count);
    }

    [Fact]
    public async Task ACursorEndsWithItsIndex()
    {
        await FillAsync(3000);
        await _server.RunAsync("{ createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a' }] }");
        var cursor = (await _server.RunAsync("{ find: 'c', filter: { a: { $gte: 0 } }, batchSize: 10 }"))["cursor"];
        await _server.RunAsync("{ dropIndexes: 'c', index: 'a' }");

        Assert.Equal(175, (await _server.RefusedAsync(new BsonDocument { { "getMore", cursor["id"] }, { "collection", "c" } })).Code);
    }

    [Fact]
    public async Task KilledCursorsAreGone()
    {
        await FillAsync(200);
        var id = (await _server.RunAsync("{ find: 'c', batchSize: 10 }"))["cursor"]["id"];

        var reply = await _server.RunAsync(new BsonDocument { { "killCursors", "c" }, { "cursors", new BsonArray { id } } });

        Assert.Equal(new BsonArray { id }, reply["cursorsKilled"]);
        Assert.Equal(43, (await _server.RefusedAsync(new BsonDocument { { "getMore", id }, { "collection", "c" } })).Code);
    }

    [Fact]
    public async Task ACursorBelongsToItsCollection()
    {
        await FillAsync(200);
        var id = (await _server.RunAsync("{ find: 'c', batchSize: 10 }"))["cursor"]["id"];

        Assert.Equal(13, (await _server.RefusedAsync(new BsonDocument { { "getMore", id }, { "collection", "other" } })).Code);
    }

    [Fact]
    public async Task IdleCursorsCloseAfterTenMinutes()
    {
        await FillAsync(200);
        var id = (await _server.RunAsync("{ find: 'c', batchSize: 10 }"))["cursor"]["id"];
        var forEver = (await _server.RunAsync("{ find: 'c', batchSize: 10, noCursorTimeout: true }"))["cursor"]["id"];
        _server.Time.Advance(TimeSpan.FromMinutes(9));
        await MoreAsync(id, 1);
        _server.Time.Advance(TimeSpan.FromMinutes(9));
        await MoreAsync(id, 1);

        _server.Time.Advance(TimeSpan.FromMinutes(12));

        Assert.Equal(43, (await _server.RefusedAsync(new BsonDocument { { "getMore", id }, { "collection", "c" } })).Code);
        await MoreAsync(forEver, 1);
    }

    [Fact]
    public async Task CursorsCloseWithTheirConnection()
    {
        await FillAsync(200);
        var other = new Client(2, "other");
        await _server.RunAsync("{ find: 'c', batchSize: 10 }");
        await _server.RunAsync(BsonDocument.Parse("{ find: 'c', batchSize: 10 }"), other);

        _server.Cursors.CloseOf(other);

        Assert.Equal(1, _server.Cursors.Count);
    }

    [Fact]
    public async Task ABatchIsNoLargerThanADocumentMayBe()
    {
        await _server.InsertAsync("c", Enumerable.Range(0, 5).Select(i => new BsonDocument { { "_id", i }, { "a", new byte[6_000_000] } }));

        var cursor = (await _server.RunAsync("{ find: 'c' }"))["cursor"];
        Assert.Equal(2, cursor["firstBatch"].AsBsonArray.Count);
        Assert.Equal(2, (await MoreAsync(cursor["id"], 10))["nextBatch"].AsBsonArray.Count);
        Assert.Equal(4, (await MoreAsync(cursor["id"], 10))["nextBatch"][0]["_id"]);
    }

    [Fact]
    public async Task ASearchGivesUpAfterItsTime()
    {
        await FillAsync(20_000);

        var refused = await _server.RefusedAsync(BsonDocument.Parse(
            "{ find: 'c', filter: { t: { $regex: '(x+x+)+y' } }, maxTimeMS: 1 }"));

        Assert.Equal(50, refused.Code);
    }

    [Fact]
    public async Task ASortThatNeedsTooMuchMemoryIsRefused()
    {
        await _server.InsertAsync("c", Enumerable.Range(0, 8).Select(i => new BsonDocument { { "_id", i }, { "a", -i }, { "b", new byte[15_000_000] } }));

        Assert.Equal(292, (await _server.RefusedAsync(BsonDocument.Parse("{ find: 'c', sort: { a: 1 } }"))).Code);
        Assert.Equal(7, (await _server.FindAsync("c", [], BsonDocument.Parse("{ a: 1 }"), limit: 1))[0]["_id"]);
    }

    private Task FillAsync(int count) => _server.InsertAsync("c", Enumerable.Range(0, count).Select(i =>
        new BsonDocument { { "_id", i }, { "a", i / 10 }, { "u", (i * 7919) % 100_003 }, { "b", i % 13 }, { "t", "xxxxxxxxxxxxxxxxxx" } }));

    private async Task<BsonValue> MoreAsync(BsonValue id, int size) => (await _server.RunAsync(
        new BsonDocument { { "getMore", id }, { "collection", "c" }, { "batchSize", size } }))["cursor"];
}
