using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

/// <summary>Predicates, fields and projections as expressions.</summary>
public sealed class LambdaTests : IDisposable
{
    private static readonly string[] Wanted = ["mothra", "rodan"];

    private readonly TemporaryStore _store = new();

    private IMongoCollection<Kaiju> All => _store.Collection<Kaiju>("kaiju");

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task PredicatesFindWhatTheySay()
    {
        await FillAsync();
        var wantedList = new List<string> { "mothra" };
        var id = "65f000000000000000000002";
        var at = new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc);
        var holder = new { Name = "rodan", Nested = new { Age = 20 } };

        await Expect(_ => true, 1, 2, 3);
        await Expect(_ => false);
        await Expect(k => k.Name == "mothra", 1);
        await Expect(k => "mothra" == k.Name, 1);
        await Expect(k => k.Name != "mothra", 2, 3);
        await Expect(k => k.Name == holder.Name, 2);
        await Expect(k => k.Id == id, 2);
        await Expect(k => k.Age > 10, 2, 3);
        await Expect(k => 10 < k.Age, 2, 3);
        await Expect(k => k.Age >= holder.Nested.Age && k.Age <= 25, 2);
        await Expect(k => k.Age == 10 || k.Name == "rodan", 1, 2);
        await Expect(k => !(k.Age == 10), 2, 3);
        await Expect(k => k.Flies, 1, 2);
        await Expect(k => !k.Flies, 3);
        await Expect(k => k.Flies == true && k.Age < 15, 1);
        await Expect(k => k.Kind == Kind.Reptile, 2, 3);
        await Expect(k => k.Born < at, 1);
        await Expect(k => k.Home == null, 3);
        await Expect(k => k.Home != null, 1, 2);
        await Expect(k => k.Home!.Island == "infant", 1);
        await Expect(k => k.Weight == null, 2);
        await Expect(k => k.Weight.HasValue, 1, 3);
        await Expect(k => k.Weight!.Value > 5, 3);
        await Expect(k => k.Tags.Contains("moth"), 1);
        await Expect(k => k.Friends.Contains("godzilla"), 1, 2);
        await Expect(k => k.Friends.Any(), 1, 2);
        await Expect(k => k.Friends.Any(f => f == "king"), 2);
        await Expect(k => k.Friends.Count == 2, 2);
        await Expect(k => k.Friends.Count > 1, 2);
        await Expect(k => k.Tags.Length == 0, 3);
        await Expect(k => Wanted.Contains(k.Name), 1, 2);
        await Expect(k => wantedList.Contains(k.Name), 1);
        await Expect(k => k.Fights.Any(f => f.Year > 1965 && f.Won), 2);
        await Expect(k => k.Fights[0].Year == 1964, 1);
        await Expect(k => k.Name.StartsWith("mo"), 1);
        await Expect(k => k.Name.EndsWith("an"), 2);
        await Expect(k => k.Name.Contains("us."), 3);
        await Expect(k => k.Name.Equals("rodan"), 2);
        await Expect(k => string.IsNullOrEmpty(k.Home!.Island), 2, 3);

        async Task Expect(System.Linq.Expressions.Expression<Func<Kaiju, bool>> predicate, params int[] expected)
        {
            var found = await All.Find(predicate).SortBy(k => k.Id).ToListAsync();
            Assert.True(
                expected.SequenceEqual(found.Select(k => k.Id![^1] - '0')), $"{predicate}: {string.Join(' ', found.Select(k => k.Id))}");
        }
    }

    [Fact]
    public async Task WhatCannotBeTranslatedNamesTheExpression()
    {
        foreach (var predicate in new System.Linq.Expressions.Expression<Func<Kaiju, bool>>[]
        {
            k => k.Name == k.Id,
            k => k.Age + 1 > 5,
            k => k.Name.Trim() == "X",
            k => k.Name.Length > 3,
            k => k.Born.Year == 2026,
            k => k.Friends.All(f => f == "x"),
            k => k.Friends.Select(f => f).Contains("x"),
        })
        {
            var left = await Assert.ThrowsAsync<NotSupportedException>(() => All.Find(predicate).ToListAsync());
            Assert.Contains("k.", left.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SortsSkipsLimitsAndProjects()
    {
        await FillAsync();

        Assert.Equal(["rodan", "mothra"], await All.Find(_ => true).SortByDescending(k => k.Age).Skip(1).Limit(5).Project(k => k.Name).ToListAsync());
        Assert.Equal(
            ["mothra", "anguirus.", "rodan"],
            await All.Find(_ => true).SortBy(k => k.Kind).ThenByDescending(k => k.Age).Project(k => k.Name).ToListAsync());
        var fields = await All.Find(k => k.Age == 10).Project(Builders<Kaiju>.Projection.Include(k => k.Name).Include("home.island").Exclude(k => k.Id)).SingleAsync();
        Assert.Equal(BsonDocument.Parse("{ Name: 'mothra', home: { island: 'infant' } }"), fields);
        var partly = await All.Find(k => k.Age == 10).Project<Kaiju>(Builders<Kaiju>.Projection.Exclude(k => k.Name).Exclude(k => k.Fights)).SingleAsync();
        Assert.Equal(("", 10), (partly.Name, partly.Age));
        Assert.Equal("rodan", (await All.Find(k => k.Age == 20).Project<Named>(Builders<Kaiju>.Projection.Include(k => k.Name)).SingleAsync()).Name);
        Assert.Equal(2, await All.Find(_ => true).Skip(1).CountDocumentsAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => All.Find(_ => true).SingleAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => All.Find(k => k.Age == 99).FirstAsync());
        Assert.Null(await All.Find(k => k.Age == 99).SingleOrDefaultAsync());

        using var cursor = await All.Find(_ => true, new FindOptions { BatchSize = 2 }).ToCursorAsync();
        Assert.True(await cursor.MoveNextAsync());
        Assert.Equal(2, cursor.Current.Count());
        Assert.True(await cursor.MoveNextAsync());
        Assert.Single(cursor.Current);
        Assert.False(await cursor.MoveNextAsync());
    }

    [Fact]
    public async Task FieldsOfUpdatesAreExpressions()
    {
        await FillAsync();
        var u = Builders<Kaiju>.Update;
        await All.UpdateOneAsync(k => k.Age == 10, u
            .Set(k => k.Home!.Island, "monster").Inc(k => k.Age, 5).AddToSet(k => k.Tags, "queen").Push(k => k.Fights, new Fight(1968, true))
            .Set(k => k.Kind, Kind.Reptile).PullFilter(k => k.Friends, f => f == "godzilla"));

        var mothra = await All.Find(k => k.Name == "mothra").SingleAsync();
        Assert.Equal(("monster", 15, Kind.Reptile, 2), (mothra.Home!.Island, mothra.Age, mothra.Kind, mothra.Fights.Count));
        Assert.Equal(["moth", "queen"], mothra.Tags);
        Assert.Empty(mothra.Friends);
        await All.UpdateManyAsync(_ => true, u.PullFilter(k => k.Fights, f => f.Year <= 1968 && !f.Won));
        await All.UpdateManyAsync(_ => true, u.PullFilter(k => k.Fights, f => f.Year < 1960));
        Assert.Equal(2, await All.CountDocumentsAsync(k => k.Fights.Any()));
    }

    private Task FillAsync() => All.InsertManyAsync(
    [
        new Kaiju
        {
            Id = "65f000000000000000000001", Name = "mothra", Age = 10, Flies = true, Kind = Kind.Insect, Weight = 5,
            Born = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Home = new Home("infant"), Tags = ["moth"], Friends = ["godzilla"],
            Fights = [new Fight(1964, true)],
        },
        new Kaiju
        {
            Id = "65f000000000000000000002", Name = "rodan", Age = 20, Flies = true, Kind = Kind.Reptile,
            Born = new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc), Home = new Home(null), Tags = ["wind"], Friends = ["godzilla", "king"],
            Fights = [new Fight(1956, false), new Fight(1968, true)],
        },
        new Kaiju
        {
            Id = "65f000000000000000000003", Name = "anguirus.", Age = 30, Kind = Kind.Reptile, Weight = 7,
            Born = new DateTime(2026, 1, 3, 0, 0, 0, DateTimeKind.Utc), Fights = [new Fight(1968, false), new Fight(1955, true)],
        },
    ]);

    private enum Kind
    {
        Insect,
        Reptile,
    }

    private sealed class Kaiju
    {
        [BsonRepresentation(BsonType.ObjectId)]
        public string? Id { get; set; }

        public string Name { get; set; } = "";

        public int Age { get; set; }

        public bool Flies { get; set; }

        public Kind Kind { get; set; }

        public double? Weight { get; set; }

        public DateTime Born { get; set; }

        [BsonElement("home")]
        public Home? Home { get; set; }

        public string[] Tags { get; set; } = [];

        public List<string> Friends { get; set; } = [];

        public List<Fight> Fights { get; set; } = [];
    }

    private sealed record Home([property: BsonElement("island")] string? Island);

    private sealed record Fight(int Year, bool Won);

    private sealed record Named([property: BsonRepresentation(BsonType.ObjectId)] string Id, string Name);
}
