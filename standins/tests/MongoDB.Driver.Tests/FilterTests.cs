using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

/// <summary>Each query operator, with MongoDB's answers for missing fields, nulls, arrays and mixed types.</summary>
public sealed class FilterTests(FilterTests.Samples samples) : IClassFixture<FilterTests.Samples>
{
    [Theory]

    // Equality: an array is equal when it holds the value, or is it; null is equal to missing.
    [InlineData("{ a: 1 }", "int long double array nested")]
    [InlineData("{ a: { $eq: 1 } }", "int long double array nested")]
    [InlineData("{ a: null }", "null missing holdsNull")]
    [InlineData("{ a: [1, 2] }", "array nested")]
    [InlineData("{ a: [2, 1] }", "")]
    [InlineData("{ a: { b: 1 } }", "document documents")]
    [InlineData("{ a: 'text' }", "text texts")]
    [InlineData("{ a: true }", "bool")]
    [InlineData("{ a: [] }", "empty")]
    [InlineData("{ 'a.b': 1 }", "document documents")]
    [InlineData("{ 'a.b': null }", "int long double null missing text bool big documents gap")]
    [InlineData("{ 'a.1': 2 }", "array")]
    [InlineData("{ 'a.0.b': 1 }", "documents")]

    // The negation of each.
    [InlineData("{ a: { $ne: 1 } }", "null missing document documents text texts bool empty holdsNull big gap")]
    [InlineData("{ a: { $ne: null } }", "int long double array nested document documents text texts bool empty big gap")]
    [InlineData("{ a: { $nin: [1, null, 'text'] } }", "document documents bool empty big gap")]
    [InlineData("{ a: { $not: { $gt: 0 } } }", "null missing document documents text texts bool empty holdsNull gap")]

    // Comparisons stay within a class of types.
    [InlineData("{ a: { $gt: 1 } }", "array nested big")]
    [InlineData("{ a: { $gte: 1 } }", "int long double array nested big")]
    [InlineData("{ a: { $lt: 2 } }", "int long double array nested gap")]
    [InlineData("{ a: { $lte: 1 } }", "int long double array nested gap")]
    [InlineData("{ a: { $gt: 'a' } }", "text texts")]
    [InlineData("{ a: { $gt: false } }", "bool")]
    [InlineData("{ a: { $gte: null } }", "null missing holdsNull")]
    [InlineData("{ a: { $gt: null } }", "")]
    [InlineData("{ a: { $gt: { b: 0 } } }", "document documents")]
    [InlineData("{ a: { $gt: [1] } }", "array nested documents texts gap")]
    [InlineData("{ a: { $gt: 1, $lt: 2 } }", "array nested")]
    [InlineData("{ a: { $gt: 4, $lt: 9007199254740993 } }", "nested")]
    [InlineData("{ a: { $gt: 9007199254740992 } }", "big")]

    [InlineData("{ a: { $in: [1, 'text'] } }", "int long double array nested text texts")]
    [InlineData("{ a: { $in: [null] } }", "null missing holdsNull")]
    [InlineData("{ a: { $in: [] } }", "")]
    [InlineData("{ a: { $in: [/^te/] } }", "text texts")]
    [InlineData("{ a: { $exists: true } }", "int long double null array nested document documents text texts bool empty holdsNull big gap")]
    [InlineData("{ a: { $exists: false } }", "missing")]
    [InlineData("{ 'a.b': { $exists: true } }", "document documents gap")]
    [InlineData("{ a: { $size: 2 } }", "array documents texts")]
    [InlineData("{ a: { $size: 0 } }", "empty")]
    [InlineData("{ a: { $all: [1, 2] } }", "array")]
    [InlineData("{ a: { $all: [] } }", "")]
    [InlineData("{ a: { $all: [[1, 2]] } }", "array nested")]
    [InlineData("{ a: { $elemMatch: { b: 1 } } }", "documents")]
    [InlineData("{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }", "array")]
    [InlineData("{ a: { $elemMatch: { $gt: 0, $lt: 1 } } }", "")]
    [InlineData("{ a: { $regex: '^T', $options: 'i' } }", "text texts")]
    [InlineData("{ a: { $type: 'string' } }", "text texts")]
    [InlineData("{ a: { $type: 'number' } }", "int long double array nested big gap")]
    [InlineData("{ a: { $type: 'array' } }", "array nested documents texts empty holdsNull gap")]
    [InlineData("{ a: { $type: 10 } }", "null holdsNull")]
    [InlineData("{ a: { $mod: [2, 1] } }", "int long double array nested big")]

    [InlineData("{ $or: [{ a: 'text' }, { a: true }] }", "text texts bool")]
    [InlineData("{ $and: [{ a: 1 }, { a: 2 }] }", "array")]
    [InlineData("{ $nor: [{ a: { $exists: true } }, { _id: 'none' }] }", "missing")]
    [InlineData("{ a: 1, _id: { $ne: 'int' } }", "long double array nested")]
    public async Task FindsWhatMongoDBFinds(string filter, string expected)
    {
        // "nested" tells how MongoDB compares: its item [1, 2] is not looked into, the item 1 is found.
        var wanted = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order();
        var document = filter.Contains('/', StringComparison.Ordinal)
            ? new BsonDocument("a", new BsonDocument("$in", new BsonArray { new BsonRegularExpression("^te") }))
            : BsonDocument.Parse(filter);

        Assert.Equal(wanted, await IdsAsync(samples.Plain, document));
        Assert.Equal(wanted, await IdsAsync(samples.Indexed, document));
    }

    [Fact]
    public async Task WhatIsUnknownIsRefusedAndWhatIsLeftOutSaysSo()
    {
        var things = samples.Plain;

        var unknown = await Assert.ThrowsAsync<MongoCommandException>(() => things.Find("{ a: { $frobnicate: 1 } }").ToListAsync());
        Assert.Equal(2, unknown.Code);
        foreach (var filter in new[] { "{ $where: 'true' }", "{ $expr: { } }", "{ $text: { } }", "{ a: { $near: [1, 1] } }" })
        {
            var left = await Assert.ThrowsAsync<NotSupportedException>(() => things.Find(filter).ToListAsync());
            Assert.Contains(BsonDocument.Parse(filter).ToString().Contains("near", StringComparison.Ordinal) ? "$near" : "$", left.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task BuildersMakeTheOperators()
    {
        var things = samples.Plain;
        var f = Builders<BsonDocument>.Filter;
        await Expect(f.Eq("a", 1), "{ a: 1 }");
        await Expect(f.Ne("a", 1), "{ a: { $ne: 1 } }");
        await Expect(f.Gt("a", 1) & f.Lt("a", 3), "{ a: { $gt: 1, $lt: 3 } }");
        await Expect(f.Gte("a", 1) | f.Lte("a", 0), "{ $or: [{ a: { $gte: 1 } }, { a: { $lte: 0 } }] }");
        await Expect(!f.Exists("a"), "{ a: { $exists: false } }");
        await Expect(f.In("a", new[] { 1, 7 }), "{ a: 1 }");
        await Expect(f.Nin("a", new[] { 1 }), "{ a: { $ne: 1 } }");
        await Expect(f.AnyEq("a", 2), "{ a: 2 }");
        await Expect(f.AnyIn("a", new[] { 2 }), "{ a: 2 }");
        await Expect(f.AnyNe("a", 2), "{ a: { $ne: 2 } }");
        await Expect(f.AnyGt("a", 1), "{ a: { $gt: 1 } }");
        await Expect(f.All("a", new[] { 1, 2 }), "{ a: { $all: [1, 2] } }");
        await Expect(f.Size("a", 2), "{ a: { $size: 2 } }");
        await Expect(f.Exists("a", false), "{ a: { $exists: false } }");
        await Expect(f.Regex("a", "/^T/i"), "{ a: { $regex: '^T', $options: 'i' } }");
        await Expect(f.Type("a", BsonType.String), "{ a: { $type: 'string' } }");
        await Expect(f.Mod("a", 2, 1), "{ a: { $mod: [2, 1] } }");
        await Expect(f.ElemMatch("a", Builders<BsonDocument>.Filter.Eq("b", 1)), "{ a: { $elemMatch: { b: 1 } } }");
        await Expect(f.Empty, "{ }");
        await Expect(f.And(), "{ }");

        async Task Expect(FilterDefinition<BsonDocument> filter, string same)
        {
            var found = await IdsAsync(things, filter);
            Assert.NotEmpty(found);
            Assert.Equal(await IdsAsync(things, same), found);
        }
    }

    private static async Task<IEnumerable<string>> IdsAsync(IMongoCollection<BsonDocument> things, FilterDefinition<BsonDocument> filter)
    {
        var found = await things.Find(filter).ToListAsync();
        Assert.Equal(found.Count, await things.CountDocumentsAsync(filter));
        return found.Select(d => d["_id"].AsString).Order().ToList();
    }

    /// <summary>The documents, once without indexes and once with.</summary>
    public sealed class Samples : IAsyncLifetime, IDisposable
    {
        private readonly TemporaryStore _store = new();

        public IMongoCollection<BsonDocument> Plain { get; private set; } = null!;

        public IMongoCollection<BsonDocument> Indexed { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Plain = await FillAsync("plain", indexed: false);
            Indexed = await FillAsync("indexed", indexed: true);
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => _store.Dispose();

        private async Task<IMongoCollection<BsonDocument>> FillAsync(string name, bool indexed)
        {
            var things = _store.Collection<BsonDocument>(name);
            if (indexed)
            {
                await things.Indexes.CreateManyAsync(
                [
                    new CreateIndexModel<BsonDocument>("{ a: 1 }"),
                    new CreateIndexModel<BsonDocument>("{ 'a.b': -1 }"),
                ]);
            }

            await things.InsertManyAsync(
            [
                new BsonDocument { { "_id", "int" }, { "a", 1 } },
                new BsonDocument { { "_id", "long" }, { "a", 1L } },
                new BsonDocument { { "_id", "double" }, { "a", 1.0 } },
                new BsonDocument { { "_id", "null" }, { "a", BsonNull.Value } },
                new BsonDocument { { "_id", "missing" } },
                new BsonDocument { { "_id", "array" }, { "a", new BsonArray { 1, 2 } } },
                new BsonDocument { { "_id", "nested" }, { "a", new BsonArray { 1, new BsonArray { 1, 2 }, 5 } } },
                new BsonDocument { { "_id", "document" }, { "a", new BsonDocument("b", 1) } },
                new BsonDocument { { "_id", "documents" }, { "a", new BsonArray { new BsonDocument("b", 1), new BsonDocument("c", 1) } } },
                new BsonDocument { { "_id", "text" }, { "a", "text" } },
                new BsonDocument { { "_id", "texts" }, { "a", new BsonArray { "text", "x" } } },
                new BsonDocument { { "_id", "bool" }, { "a", true } },
                new BsonDocument { { "_id", "empty" }, { "a", new BsonArray() } },
                new BsonDocument { { "_id", "holdsNull" }, { "a", new BsonArray { BsonNull.Value } } },
                new BsonDocument { { "_id", "big" }, { "a", 9007199254740993L } },
                new BsonDocument { { "_id", "gap" }, { "a", new BsonArray { new BsonDocument("b", BsonNull.Value), 0, new BsonDocument() } } },
            ]);
            return things;
        }
    }
}
