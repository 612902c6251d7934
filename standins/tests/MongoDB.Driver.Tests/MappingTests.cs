using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Bson.Serialization.Conventions;
using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

/// <summary>How classes become documents and come back, as the real driver maps them.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the driver.")]
public sealed class MappingTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    private enum Level
    {
        Low,
        High = 7,
    }

    [Fact]
    public async Task EveryTypeComesBack()
    {
        var everything = new Everything
        {
            Id = "65f000000000000000000001",
            Text = "kaijū \"\\\n\u0001 ☢",
            Int = int.MinValue,
            Long = long.MaxValue,
            Double = 0.1,
            Infinity = double.NegativeInfinity,
            Decimal = 79228162514264337593543950335m,
            Bool = true,
            When = new DateTime(2026, 11, 22, 10, 5, 1, 234, DateTimeKind.Utc).AddTicks(5678),
            Maybe = null,
            MaybeInt = 5,
            Guid = Guid.NewGuid(),
            Bytes = [0, 1, 255],
            Level = Level.High,
            Named = Level.High,
            Strings = ["a", "b"],
            Numbers = [1, 2],
            Set = ["x"],
            ReadOnly = [ObjectId.GenerateNewId()],
            Map = new Dictionary<string, int> { ["one"] = 1, ["$two"] = 2 },
            Inner = new Inner("nested", new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
            Inners = [new Inner("first", DateTime.UnixEpoch)],
            Span = TimeSpan.FromMinutes(90),
            Offset = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
            Any = new BsonDocument("$oid", "not an ObjectId"),
        };
        var collection = _store.Collection<Everything>();
        await collection.InsertOneAsync(everything);

        var back = await collection.Find(e => e.Id == everything.Id).SingleAsync();

        Assert.Equal(everything.Text, back.Text);
        Assert.Equal(everything.Int, back.Int);
        Assert.Equal(everything.Long, back.Long);
        Assert.Equal(everything.Double, back.Double);
        Assert.Equal(everything.Infinity, back.Infinity);
        Assert.Equal(everything.Decimal, back.Decimal);
        Assert.True(back.Bool);
        Assert.Equal(new DateTime(2026, 11, 22, 10, 5, 1, 234, DateTimeKind.Utc), back.When); // Cut to the millisecond.
        Assert.Equal(DateTimeKind.Utc, back.When.Kind);
        Assert.Null(back.Maybe);
        Assert.Equal(5, back.MaybeInt);
        Assert.Equal(everything.Guid, back.Guid);
        Assert.Equal(everything.Bytes, back.Bytes);
        Assert.Equal(Level.High, back.Level);
        Assert.Equal(Level.High, back.Named);
        Assert.Equal(everything.Strings, back.Strings);
        Assert.Equal(everything.Numbers, back.Numbers);
        Assert.Equal(everything.Set, back.Set);
        Assert.Equal(everything.ReadOnly, back.ReadOnly);
        Assert.Equal(everything.Map, back.Map);
        Assert.Equal(everything.Inner, back.Inner);
        Assert.Equal(everything.Inners, back.Inners);
        Assert.Equal(everything.Span, back.Span);
        Assert.Equal(everything.Offset, back.Offset);
        Assert.Equal(everything.Any, back.Any);
        Assert.Null(back.Ignored);

        var raw = await _store.Collection<BsonDocument>().Find("{ }").SingleAsync();
        Assert.Equal("_id", raw.GetElement(0).Name);
        Assert.Equal(BsonType.ObjectId, raw["_id"].BsonType);
        Assert.Equal(BsonType.Int32, raw["Int"].BsonType);
        Assert.Equal(BsonType.Int64, raw["Long"].BsonType);
        Assert.Equal(BsonType.Decimal128, raw["Decimal"].BsonType);
        Assert.Equal(BsonType.DateTime, raw["created_at"].BsonType);
        Assert.Equal(BsonType.Null, raw["Maybe"].BsonType);
        Assert.False(raw.Contains("Missing"));
        Assert.False(raw.Contains("Ignored"));
        Assert.Equal(BsonBinarySubType.UuidStandard, raw["Guid"].AsBsonBinaryData.SubType);
        Assert.Equal(7, raw["Level"]);
        Assert.Equal("High", raw["Named"]);
    }

    [Fact]
    public async Task ElementsKeepTheirOrderAndTypes()
    {
        var document = new BsonDocument
        {
            { "_id", 1 }, { "z", 1L }, { "a", 1.0 }, { "$oid", "x" }, { "$$", 2 }, { "", "empty" }, { "a.b", 1 },
            { "min", BsonMinKey.Value }, { "max", BsonMaxKey.Value }, { "ts", new BsonTimestamp(5, 6) }, { "re", new BsonRegularExpression("a/b", "i") },
            { "bin", new BsonBinaryData([1, 2], BsonBinarySubType.UserDefined) }, { "nan", double.NaN }, { "neg", -0.0 },
            { "old", new BsonDateTime(-62135596800000) }, { "far", new BsonDateTime(long.MaxValue) }, { "long", long.MinValue },
            { "id", new BsonArray { new BsonDocument("$oid", 1), new BsonDocument { { "$date", 1 }, { "b", 2 } } } },
        };
        var things = _store.Collection<BsonDocument>();
        await things.InsertOneAsync(document);

        var back = await things.Find("{ }").SingleAsync();

        Assert.Equal(document, back);
        Assert.Equal(document.Names, back.Names);
        Assert.Equal(document.Values.Select(v => v.BsonType), back.Values.Select(v => v.BsonType));
        Assert.True(double.IsNegative(back["neg"].AsDouble));
    }

    [Fact]
    public async Task UnknownElementsThrowUnlessTheyArePassedOver()
    {
        await _store.Collection<BsonDocument>().InsertOneAsync(BsonDocument.Parse("{ _id: 1, Name: 'x', more: 1 }"));

        var refused = await Assert.ThrowsAsync<FormatException>(() => _store.Collection<Strict>().Find("{ }").SingleAsync());
        Assert.Equal($"Element 'more' does not match any field or property of class {typeof(Strict).FullName}.", refused.Message);
        Assert.Equal("x", (await _store.Collection<Lenient>().Find("{ }").SingleAsync()).Name);
        Assert.Equal(1, (await _store.Collection<Extra>().Find("{ }").SingleAsync()).ExtraElements!["more"]);
    }

    [Fact]
    public async Task WrongTypesThrowAndNumbersConvert()
    {
        var raw = _store.Collection<BsonDocument>();
        await raw.InsertManyAsync(
        [
            BsonDocument.Parse("{ _id: 1, Name: 5 }"), BsonDocument.Parse("{ _id: { $numberLong: '2' }, Name: null }"), BsonDocument.Parse("{ _id: 3.5 }"),
        ]);
        var strict = _store.Collection<Strict>();

        var wrong = await Assert.ThrowsAsync<FormatException>(() => strict.Find("{ _id: 1 }").SingleAsync());
        Assert.Contains("Cannot deserialize a 'String' from BsonType 'Int32'.", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await strict.Find("{ _id: 2 }").SingleAsync()).Id);
        var cut = await Assert.ThrowsAsync<FormatException>(() => strict.Find("{ _id: 3.5 }").SingleAsync());
        Assert.IsType<TruncationException>(cut.InnerException);
    }

    [Fact]
    public async Task RecordsInitOnlyAndRequiredMembersAreBuilt()
    {
        var records = _store.Collection<Positional>("records");
        var record = new Positional(ObjectId.GenerateNewId(), "x", 5) { Later = "y" };
        await records.InsertOneAsync(record);
        Assert.Equal(record, await records.Find(r => r.Id == record.Id).SingleAsync());
        Assert.Equal(["_id", "name", "Count", "Later"], (await _store.Collection<BsonDocument>("records").Find("{ }").SingleAsync()).Names);

        var immutables = _store.Collection<Immutable>("immutables");
        await immutables.InsertOneAsync(new Immutable(1, "x"));
        Assert.Equal("x", (await immutables.Find("{ }").SingleAsync()).Name);

        var marked = _store.Collection<Marked>("marked");
        await marked.InsertOneAsync(new Marked(1, "made"));
        Assert.Equal("made", (await marked.Find("{ }").SingleAsync()).Name);

        var required = _store.Collection<WithRequired>("required");
        await required.InsertOneAsync(new WithRequired { Id = 1, Name = "x" });
        Assert.Equal("x", (await required.Find("{ }").SingleAsync()).Name);
    }

    [Fact]
    public async Task IdsAreMadeAsTheirTypeAsks()
    {
        var text = new TextId();
        await _store.Collection<TextId>("a").InsertOneAsync(text);
        Assert.True(ObjectId.TryParse(text.Id, out _));
        var guid = new GuidId();
        await _store.Collection<GuidId>("b").InsertOneAsync(guid);
        Assert.NotEqual(Guid.Empty, guid.Id);
        var document = new BsonDocument("a", 1);
        await _store.Collection<BsonDocument>("c").InsertOneAsync(document);
        Assert.Equal("_id", document.GetElement(0).Name);
        await _store.Collection<NoId>("d").InsertOneAsync(new NoId { A = 1 });
        Assert.True((await _store.Collection<BsonDocument>("d").Find("{ }").SingleAsync())["_id"].IsObjectId);
        await _store.Collection<BsonDocument>("e").InsertOneAsync(BsonDocument.Parse("{ a: 1, _id: 2 }"));
        Assert.Equal("_id", (await _store.Collection<BsonDocument>("e").Find("{ }").SingleAsync()).GetElement(0).Name);
    }

    [Fact]
    public void AGuidNeedsARepresentation()
    {
        Assert.Throws<BsonSerializationException>(() => _store.Collection<BareGuid>().InsertOne(new BareGuid { Guid = Guid.NewGuid() }));
    }

    [Fact]
    public void WhatTheMappingLeavesOutSaysSo()
    {
        Assert.Throws<NotSupportedException>(() => new Holder { Shape = new Circle() }.ToBsonDocument());
        Assert.Throws<NotSupportedException>(() => new WithObject { Value = new Circle() }.ToBsonDocument());
    }

    [Fact]
    public void ConventionsNameElements()
    {
        ConventionRegistry.Register("camel", new ConventionPack { new CamelCaseElementNameConvention() }, type => type == typeof(Camel));
        var document = new Camel { Id = 1, FirstName = "x" }.ToBsonDocument();

        Assert.Equal(["_id", "firstName", "explicit"], document.Names);
        Assert.Equal("x", BsonSerializer.Deserialize<Camel>(document).FirstName);
    }

    [Fact]
    public void ObjectIdsAreUniqueOrderedAndReadable()
    {
        var ids = Enumerable.Range(0, 10_000).AsParallel().Select(_ => ObjectId.GenerateNewId()).ToHashSet();
        Assert.Equal(10_000, ids.Count);
        var id = ids.First();
        Assert.True(ObjectId.TryParse(id.ToString(), out var parsed));
        Assert.Equal(id, parsed);
        Assert.Equal(id, new ObjectId(id.ToByteArray()));
        Assert.InRange(id.CreationTime, DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
        Assert.True(new ObjectId("000000000000000000000001") < new ObjectId("ff0000000000000000000000"));
        foreach (var wrong in new[] { null, "", "65f00000000000000000000", "65f00000000000000000000g", "65f0000000000000000000011" })
        {
            Assert.False(ObjectId.TryParse(wrong, out _));
        }
    }

    [Fact]
    public void JsonIsReadAndWritten()
    {
        var json = "{ \"a\" : 1, \"b\" : [1.5, \"x\\n\", null, true], \"c\" : { \"$oid\" : \"65f000000000000000000001\" }, \"d\" : { \"$date\" : \"2026-11-22T10:05:01.234Z\" } }";
        Assert.Equal(json, BsonDocument.Parse(json).ToJson());
        foreach (var wrong in new[] { "", "{", "{ a: }", "[1]", "{ a: 1, a: 2 }", "{ a: { $oid: 'x' } }", "{ a: { $date: 'x' } }", "{ a: 1 } 2", string.Concat(Enumerable.Repeat("{a:", 5000)) })
        {
            Assert.Throws<FormatException>(() => BsonDocument.Parse(wrong));
        }
    }

    private sealed class Everything
    {
        [BsonRepresentation(BsonType.ObjectId)]
        public string? Id { get; set; }

        public string Text { get; set; } = "";

        public int Int { get; set; }

        public long Long { get; set; }

        public double Double { get; set; }

        public double Infinity { get; set; }

        public decimal Decimal { get; set; }

        public bool Bool { get; set; }

        [BsonElement("created_at")]
        [BsonDateTimeOptions(Kind = DateTimeKind.Utc)]
        public DateTime When { get; set; }

        public string? Maybe { get; set; }

        public int? MaybeInt { get; set; }

        [BsonIgnoreIfNull]
        public string? Missing { get; set; }

        [BsonIgnore]
        public string? Ignored { get; set; }

        [BsonGuidRepresentation(GuidRepresentation.Standard)]
        public Guid Guid { get; set; }

        public byte[] Bytes { get; set; } = [];

        public Level Level { get; set; }

        [BsonRepresentation(BsonType.String)]
        public Level Named { get; set; }

        public string[] Strings { get; set; } = [];

        public List<int> Numbers { get; set; } = [];

        public HashSet<string> Set { get; set; } = [];

        public IReadOnlyList<ObjectId> ReadOnly { get; set; } = [];

        public Dictionary<string, int> Map { get; set; } = [];

        public Inner? Inner { get; set; }

        public IEnumerable<Inner> Inners { get; set; } = [];

        public TimeSpan Span { get; set; }

        public DateTimeOffset Offset { get; set; }

        public BsonDocument Any { get; set; } = [];
    }

    private sealed record Inner(string Name, DateTime At);

    private sealed class Strict
    {
        public int Id { get; set; }

        public string? Name { get; set; }
    }

    [BsonIgnoreExtraElements]
    private sealed class Lenient
    {
        public int Id { get; set; }

        public string? Name { get; set; }
    }

    private sealed class Extra
    {
        public int Id { get; set; }

        public string? Name { get; set; }

        public BsonDocument? ExtraElements { get; set; }
    }

    private sealed record Positional([property: BsonId] ObjectId Id, [property: BsonElement("name")] string Name, int Count)
    {
        public string? Later { get; init; }
    }

    private sealed class Immutable(int id, string name)
    {
        public int Id { get; } = id;

        public string Name { get; } = name;
    }

    private sealed class Marked
    {
        [BsonConstructor]
        public Marked(int id, string name) => (Id, Name) = (id, name);

        public int Id { get; private set; }

        public string Name { get; private set; }
    }

    private sealed class WithRequired
    {
        public int Id { get; init; }

        public required string Name { get; init; }
    }

    private sealed class TextId
    {
        [BsonRepresentation(BsonType.ObjectId)]
        public string? Id { get; set; }
    }

    private sealed class GuidId
    {
        [BsonGuidRepresentation(GuidRepresentation.Standard)]
        public Guid Id { get; set; }
    }

    [BsonNoId]
    private sealed class NoId
    {
        public int A { get; set; }
    }

    private sealed class BareGuid
    {
        public int Id { get; set; }

        public Guid Guid { get; set; }
    }

    private abstract class Shape;

    private sealed class Circle : Shape
    {
        public int Radius { get; set; }
    }

    private sealed class Holder
    {
        public Shape? Shape { get; set; }
    }

    private sealed class WithObject
    {
        public object? Value { get; set; }
    }

    private sealed class Camel
    {
        public int Id { get; set; }

        public string? FirstName { get; set; }

        [BsonElement("explicit")]
        public int Other { get; set; }
    }
}
