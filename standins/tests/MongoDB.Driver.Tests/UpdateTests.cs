using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

/// <summary>Each update operator, with MongoDB's results and faults.</summary>
public sealed class UpdateTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    private IMongoCollection<BsonDocument> Things => _store.Collection<BsonDocument>();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("{ a: 1 }", "{ $set: { a: 2 } }", "{ a: 2 }")]
    [InlineData("{ a: 1 }", "{ $set: { 'b.c': 2 } }", "{ a: 1, b: { c: 2 } }")]
    [InlineData("{ a: [1, 2] }", "{ $set: { 'a.1': 5 } }", "{ a: [1, 5] }")]
    [InlineData("{ a: [1] }", "{ $set: { 'a.3': 5 } }", "{ a: [1, null, null, 5] }")]
    [InlineData("{ }", "{ $set: { 'a.0': 5 } }", "{ a: { '0': 5 } }")]
    [InlineData("{ }", "{ $set: { c: 1, a: 1 }, $inc: { b: 1 } }", "{ a: 1, b: 1, c: 1 }")]
    [InlineData("{ a: 1 }", "{ $setOnInsert: { b: 2 }, $set: { c: 3 } }", "{ a: 1, c: 3 }")]
    [InlineData("{ a: 1, b: 2 }", "{ $unset: { a: '', x: '', 'b.c': '' } }", "{ b: 2 }")]
    [InlineData("{ a: [1, 2, 3] }", "{ $unset: { 'a.1': '' } }", "{ a: [1, null, 3] }")]
    [InlineData("{ a: 1 }", "{ $inc: { a: 2, b: -3, 'c.d': 1.5 } }", "{ a: 3, b: -3, c: { d: 1.5 } }")]
    [InlineData("{ a: 2147483647 }", "{ $inc: { a: 1 } }", "{ a: { $numberLong: '2147483648' } }")]
    [InlineData("{ a: 1 }", "{ $inc: { a: 0.5 } }", "{ a: 1.5 }")]
    [InlineData("{ a: 1.5 }", "{ $inc: { a: { $numberDecimal: '1.5' } } }", "{ a: { $numberDecimal: '3.0' } }")]
    [InlineData("{ a: 3 }", "{ $mul: { a: 4, b: 5 } }", "{ a: 12, b: 0 }")]
    [InlineData("{ a: 5 }", "{ $max: { a: 7, b: 1 } }", "{ a: 7, b: 1 }")]
    [InlineData("{ a: 5 }", "{ $max: { a: 3 } }", "{ a: 5 }")]
    [InlineData("{ a: 5 }", "{ $max: { a: 'text' } }", "{ a: 'text' }")]
    [InlineData("{ a: null }", "{ $max: { a: 1 } }", "{ a: 1 }")]
    [InlineData("{ a: 5 }", "{ $min: { a: 3, b: 1 } }", "{ a: 3, b: 1 }")]
    [InlineData("{ a: 5 }", "{ $min: { a: 'text' } }", "{ a: 5 }")]
    [InlineData("{ a: [1] }", "{ $addToSet: { a: 1.0, b: 2 } }", "{ a: [1], b: [2] }")]
    [InlineData("{ a: [1] }", "{ $addToSet: { a: { $each: [1, 2, 2, 3] } } }", "{ a: [1, 2, 3] }")]
    [InlineData("{ a: [1] }", "{ $addToSet: { a: [1] } }", "{ a: [1, [1]] }")]
    [InlineData("{ a: [1] }", "{ $push: { a: 1, b: 2 } }", "{ a: [1, 1], b: [2] }")]
    [InlineData("{ a: [1, 5] }", "{ $push: { a: { $each: [4, 2], $position: 1 } } }", "{ a: [1, 4, 2, 5] }")]
    [InlineData("{ a: [1, 5] }", "{ $push: { a: { $each: [4, 2], $position: -1 } } }", "{ a: [1, 4, 2, 5] }")]
    [InlineData("{ a: [1, 5] }", "{ $push: { a: { $each: [4, 2], $sort: -1, $slice: 3 } } }", "{ a: [5, 4, 2] }")]
    [InlineData("{ a: [1, 5] }", "{ $push: { a: { $each: [4], $slice: -2 } } }", "{ a: [5, 4] }")]
    [InlineData("{ a: [{ b: 2 }] }", "{ $push: { a: { $each: [{ b: 1 }], $sort: { b: 1 } } } }", "{ a: [{ b: 1 }, { b: 2 }] }")]
    [InlineData("{ a: [1, 2, 1.0, '1'] }", "{ $pull: { a: 1 } }", "{ a: [2, '1'] }")]
    [InlineData("{ a: [1, 2, 3] }", "{ $pull: { a: { $gte: 2 } } }", "{ a: [1] }")]
    [InlineData("{ a: [{ b: 1, c: 1 }, { b: 2 }] }", "{ $pull: { a: { b: 1 } } }", "{ a: [{ b: 2 }] }")]
    [InlineData("{ a: [[1], 1] }", "{ $pull: { a: 1 } }", "{ a: [[1]] }")]
    [InlineData("{ a: 1 }", "{ $pull: { b: 1 } }", "{ a: 1 }")]
    [InlineData("{ a: [1, 2, 2, 3] }", "{ $pullAll: { a: [2, 3] } }", "{ a: [1] }")]
    [InlineData("{ a: [1, 2, 3] }", "{ $pop: { a: 1 } }", "{ a: [1, 2] }")]
    [InlineData("{ a: [1, 2, 3] }", "{ $pop: { a: -1 } }", "{ a: [2, 3] }")]
    [InlineData("{ a: 1, b: 2 }", "{ $rename: { a: 'c.d', x: 'y' } }", "{ b: 2, c: { d: 1 } }")]
    [InlineData("{ a: 1 }", "{ $set: { } }", "{ a: 1 }")]
    public async Task ChangesAsMongoDBDoes(string before, string update, string after)
    {
        await InsertAsync(before);

        var result = await Things.UpdateOneAsync("{ _id: 1 }", update);

        var expected = new BsonDocument("_id", 1).Merge(BsonDocument.Parse(after));
        Assert.Equal(expected, await Things.Find("{ }").SingleAsync());
        Assert.Equal(1, result.MatchedCount);
        Assert.Equal(before == after ? 0 : 1, result.ModifiedCount);
        Assert.Null(result.UpsertedId);
    }

    [Theory]
    [InlineData("{ a: 'text' }", "{ $inc: { a: 1 } }", 14)]
    [InlineData("{ a: null }", "{ $inc: { a: 1 } }", 14)]
    [InlineData("{ a: 1 }", "{ $inc: { a: 'text' } }", 14)]
    [InlineData("{ a: { $numberLong: '9223372036854775807' } }", "{ $inc: { a: 1 } }", 2)]
    [InlineData("{ a: 'text' }", "{ $mul: { a: 2 } }", 14)]
    [InlineData("{ a: 1 }", "{ $push: { a: 1 } }", 2)]
    [InlineData("{ a: 1 }", "{ $addToSet: { a: 1 } }", 2)]
    [InlineData("{ a: 1 }", "{ $pull: { a: 1 } }", 2)]
    [InlineData("{ a: 1 }", "{ $pop: { a: 1 } }", 14)]
    [InlineData("{ a: 1 }", "{ $set: { 'a.b': 1 } }", 28)]
    [InlineData("{ a: [1] }", "{ $set: { 'a.b': 1 } }", 28)]
    [InlineData("{ a: 1 }", "{ $set: { a: 1 }, $inc: { a: 1 } }", 40)]
    [InlineData("{ a: 1 }", "{ $set: { 'b.c': 1 }, $inc: { b: 1 } }", 40)]
    [InlineData("{ a: 1 }", "{ $set: { _id: 2 } }", 66)]
    [InlineData("{ a: 1 }", "{ $unset: { _id: 1 } }", 66)]
    [InlineData("{ a: 1 }", "{ $frobnicate: { a: 1 } }", 9)]
    [InlineData("{ a: 1 }", "{ $set: { 'a..b': 1 } }", 56)]
    [InlineData("{ a: 1 }", "{ $set: { '$a': 1 } }", 52)]
    public async Task RefusesWhatMongoDBRefusesAndChangesNothing(string before, string update, int code)
    {
        await InsertAsync(before);
        var stored = await Things.Find("{ }").SingleAsync();

        var refused = await Assert.ThrowsAsync<MongoWriteException>(() => Things.UpdateOneAsync("{ _id: 1 }", update));
        var command = await Assert.ThrowsAsync<MongoCommandException>(() => Things.FindOneAndUpdateAsync<BsonDocument>("{ _id: 1 }", update));

        Assert.Equal(code, refused.WriteError.Code);
        Assert.Equal(ServerErrorCategory.Uncategorized, refused.WriteError.Category);
        Assert.Equal(code, command.Code);
        Assert.Equal(stored, await Things.Find("{ }").SingleAsync());
    }

    [Theory]
    [InlineData("{ $bit: { a: { and: 1 } } }", "$bit")]
    [InlineData("{ $set: { 'a.$': 1 } }", "positional")]
    [InlineData("{ $set: { 'a.$[]': 1 } }", "positional")]
    public async Task WhatIsLeftOutSaysSo(string update, string named)
    {
        await InsertAsync("{ a: [1] }");

        var left = await Assert.ThrowsAsync<NotSupportedException>(() => Things.UpdateOneAsync("{ a: 1 }", update));

        Assert.Contains(named, left.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpsertTakesTheFiltersEqualitiesAndMakesAnId()
    {
        var f = Builders<BsonDocument>.Filter;
        var result = await Things.UpdateOneAsync(
            f.Eq("a.b", 1) & f.Gt("n", 5) & f.In("i", new[] { 1 }) & f.Eq("s", "x"),
            Builders<BsonDocument>.Update.SetOnInsert("made", true).Inc("count", 2),
            new UpdateOptions { IsUpsert = true });

        Assert.Equal(0, result.MatchedCount);
        Assert.Equal(0, result.ModifiedCount);
        Assert.True(result.UpsertedId.IsObjectId);
        var expected = new BsonDocument("_id", result.UpsertedId).Merge(BsonDocument.Parse("{ a: { b: 1 }, s: 'x', count: 2, made: true }"));
        Assert.Equal(expected, await Things.Find("{ }").SingleAsync());

        var again = await Things.UpdateOneAsync(
            f.Eq("s", "x"), Builders<BsonDocument>.Update.SetOnInsert("made", false).Inc("count", 2), new UpdateOptions { IsUpsert = true });
        Assert.Equal(1, again.MatchedCount);
        Assert.Null(again.UpsertedId);
        Assert.True((await Things.Find("{ }").SingleAsync())["made"].AsBoolean);
    }

    [Fact]
    public async Task UpsertTakesTheIdOfTheFilterOrOfTheUpdate()
    {
        var upsert = new UpdateOptions { IsUpsert = true };
        Assert.Equal(7, (await Things.UpdateOneAsync("{ _id: 7 }", "{ $set: { a: 1 } }", upsert)).UpsertedId);
        Assert.Equal(8, (await Things.UpdateOneAsync("{ a: 9 }", "{ $set: { _id: 8 } }", upsert)).UpsertedId);
        Assert.Equal(9, (await Things.ReplaceOneAsync("{ _id: 9 }", new BsonDocument("b", 1), new ReplaceOptions { IsUpsert = true })).UpsertedId);
        Assert.Equal("_id", (await Things.Find("{ _id: 9 }").SingleAsync()).GetElement(0).Name);
    }

    [Fact]
    public async Task ReplacingKeepsTheIdAndRefusesAnother()
    {
        await InsertAsync("{ a: 1 }");

        var same = await Things.ReplaceOneAsync("{ a: 1 }", new BsonDocument { { "_id", 1 }, { "a", 1 } });
        Assert.Equal((1, 0), (same.MatchedCount, same.ModifiedCount));
        var other = await Things.ReplaceOneAsync("{ a: 1 }", new BsonDocument("b", 2));
        Assert.Equal((1, 1), (other.MatchedCount, other.ModifiedCount));
        Assert.Equal(BsonDocument.Parse("{ _id: 1, b: 2 }"), await Things.Find("{ }").SingleAsync());
        var refused = await Assert.ThrowsAsync<MongoWriteException>(() => Things.ReplaceOneAsync("{ }", new BsonDocument("_id", 2)));
        Assert.Equal(66, refused.WriteError.Code);
        Assert.Equal(0, (await Things.ReplaceOneAsync("{ _id: 5 }", new BsonDocument("b", 2))).MatchedCount);
    }

    [Fact]
    public async Task UpdateManyAndDeleteCountWhatTheyTouch()
    {
        await Things.InsertManyAsync(Enumerable.Range(0, 10).Select(i => new BsonDocument { { "_id", i }, { "even", i % 2 == 0 } }));

        var updated = await Things.UpdateManyAsync("{ even: true }", "{ $max: { _x: 1, y: 2 } }");
        var again = await Things.UpdateManyAsync("{ even: true }", "{ $max: { _x: 1, y: 2 } }");
        Assert.Equal((5, 5), (updated.MatchedCount, updated.ModifiedCount));
        Assert.Equal((5, 0), (again.MatchedCount, again.ModifiedCount));
        Assert.Equal(1, (await Things.DeleteOneAsync("{ even: true }")).DeletedCount);
        Assert.Equal(4, (await Things.DeleteManyAsync("{ even: true }")).DeletedCount);
        Assert.Equal(0, (await Things.DeleteManyAsync("{ even: true }")).DeletedCount);
        Assert.Equal(5, await Things.CountDocumentsAsync("{ }"));
        Assert.Equal(5, await Things.EstimatedDocumentCountAsync());
    }

    [Fact]
    public async Task FindOneAndReturnsTheStateThatIsAskedFor()
    {
        await Things.InsertManyAsync(Enumerable.Range(0, 3).Select(i => new BsonDocument { { "_id", i }, { "n", i }, { "x", 0 } }));
        var last = Builders<BsonDocument>.Sort.Descending("n");

        var before = await Things.FindOneAndUpdateAsync<BsonDocument>(
            "{ }", "{ $set: { x: 1 } }", new FindOneAndUpdateOptions<BsonDocument> { Sort = last, Projection = "{ x: 1 }" });
        var after = await Things.FindOneAndReplaceAsync<BsonDocument>(
            "{ n: 2 }", new BsonDocument("y", 1), new FindOneAndReplaceOptions<BsonDocument> { ReturnDocument = ReturnDocument.After });
        var removed = await Things.FindOneAndDeleteAsync<BsonDocument>("{ }", new FindOneAndDeleteOptions<BsonDocument> { Sort = last });

        Assert.Equal(BsonDocument.Parse("{ _id: 2, x: 0 }"), before);
        Assert.Equal(BsonDocument.Parse("{ _id: 2, y: 1 }"), after);
        Assert.Equal(1, removed["_id"]);
        Assert.Null(await Things.FindOneAndUpdateAsync<BsonDocument>("{ _id: 9 }", "{ $set: { x: 1 } }"));
        Assert.Null(await Things.FindOneAndDeleteAsync<BsonDocument>("{ _id: 9 }"));
    }

    [Fact]
    public async Task BuildersMakeTheOperators()
    {
        await InsertAsync("{ a: 1, tags: ['x'], gone: 1, old: 5, pulled: [1, 2, 3], popped: [1, 2, 3], n: 4 }");
        var u = Builders<BsonDocument>.Update;
        await Things.UpdateOneAsync("{ _id: 1 }", u
            .Set("a", 2).Unset("gone").Inc("n", 1).Mul("m", 3).Max("max", 5).Min("min", 5).Rename("old", "new")
            .AddToSetEach("tags", new[] { "x", "y" }).PushEach("pushed", new[] { 3, 1, 2 }, slice: 2, sort: Builders<int>.Sort.Ascending())
            .PullAll("pulled", new[] { 1, 3 }).PopFirst("popped").CurrentDate("now"));
        await Things.UpdateOneAsync("{ _id: 1 }", u.Combine(
            u.Push("pushed", 9), u.Pull("pulled", 2), u.PopLast("popped"), u.AddToSet("tags", "z"), u.SetOnInsert("never", 1)));

        var document = await Things.Find("{ }").SingleAsync();
        Assert.InRange(document["now"].ToUniversalTime(), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
        document.Remove("now");
        Assert.Equal(
            BsonDocument.Parse("{ _id: 1, a: 2, tags: ['x', 'y', 'z'], pulled: [], popped: [2], n: 5, m: 0, max: 5, min: 5, new: 5, pushed: [1, 2, 9] }"),
            document);
        Assert.Throws<ArgumentException>(() => Things.UpdateOne("{ }", u.Combine()));
    }

    private Task InsertAsync(string document) => Things.InsertOneAsync(new BsonDocument("_id", 1).Merge(BsonDocument.Parse(document)));
}
