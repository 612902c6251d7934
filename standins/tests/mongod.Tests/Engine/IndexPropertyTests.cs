using System.Globalization;
using MongoDB.Bson;

namespace Mongod.Tests.Engine;

/// <summary>
/// Random filters over random documents: what the server finds, with indexes and without, must be what a second, naive
/// reading of MongoDB's rules finds. The seed is fixed, so that a failure comes again.
/// </summary>
public sealed class IndexPropertyTests
{
    private const int Seed = 20261122;
    private static readonly string[] Paths = ["a", "b", "a.x", "b.y", "a.0"];

    [Fact]
    public async Task IndexesAndMatcherAgreeWithANaiveReading()
    {
        await using var server = new EngineServer();
        var random = new Random(Seed);
        await server.RunAsync("""
            { createIndexes: "indexed", indexes: [
                { key: { a: 1 }, name: "1" },
                { key: { b: 1, c: -1 }, name: "2" },
                { key: { "a.x": -1 }, name: "3", sparse: true },
                { key: { "b.y": 1 }, name: "4", partialFilterExpression: { c: { $gte: 1 } } },
                { key: { c: 1, _id: 1 }, name: "5", unique: true },
                { key: { "a.x": 1, "a.y": -1, c: 1 }, name: "6" } ] }
            """);
        var documents = Enumerable.Range(0, 300).Select(i => Document(random, i)).ToList();
        await server.InsertAsync("plain", documents);
        await server.InsertAsync("indexed", documents);
        await ChangeAsync(server, random);
        documents = [.. (await server.FindAsync("plain", [])).Select(d => d.AsBsonDocument)];
        Assert.Equal(documents.Select(d => d.ToJson()), (await server.FindAsync("indexed", [])).Select(d => d.ToJson()));

        var found = 0;
        var narrowed = 0;
        for (var i = 0; i < 300; i++)
        {
            var filter = Filter(random, 2);
            var sort = BsonDocument.Parse(random.Next(5) switch
            {
                0 => "{ b: 1, c: -1, _id: 1 }",
                1 => "{ a: -1, _id: 1 }",
                2 => "{ c: -1, _id: -1 }",
                3 => "{ 'a.x': 1, 'a.y': -1, _id: 1 }",
                _ => "{ _id: 1 }",
            });
            var expected = documents.Where(d => Naive.Matches(d, filter)).Select(d => d["_id"].AsInt32).ToList();
            found += expected.Count;
            narrowed += expected.Count < documents.Count ? 1 : 0;

            var unindexed = Ids(await server.FindAsync("plain", filter, sort));
            var byIndex = Ids(await server.FindAsync("indexed", filter, sort));
            Assert.True(expected.Order().SequenceEqual(unindexed.Order()), $"Seed {Seed}, filter {i}: {filter}");
            Assert.True(unindexed.SequenceEqual(byIndex), $"Seed {Seed}, filter {i}, sorted by {sort}: {filter}");
            Assert.Equal(unindexed.Skip(2).Take(5), Ids(await server.FindAsync("indexed", filter, sort, skip: 2, limit: 5)));
            Assert.Equal(expected.Count, (await server.RunAsync(new BsonDocument { { "count", "indexed" }, { "query", filter } }))["n"].ToInt32());
            Assert.Equal(unindexed, await InBatchesAsync(server, filter, sort, random.Next(1, 20)));
        }

        Assert.True(found > 1000 && narrowed > 150, "The filters must find something, and leave something out.");
    }

    private static List<int> Ids(IEnumerable<BsonValue> documents) => [.. documents.Select(d => d["_id"].AsInt32)];

    private static async Task<List<int>> InBatchesAsync(EngineServer server, BsonDocument filter, BsonDocument sort, int size)
    {
        var cursor = (await server.RunAsync(new BsonDocument { { "find", "indexed" }, { "filter", filter }, { "sort", sort }, { "batchSize", size } }))["cursor"];
        var ids = Ids(cursor["firstBatch"].AsBsonArray);
        while (cursor["id"] != 0)
        {
            cursor = (await server.RunAsync(new BsonDocument { { "getMore", cursor["id"] }, { "collection", "indexed" }, { "batchSize", size } }))["cursor"];
            ids.AddRange(Ids(cursor["nextBatch"].AsBsonArray));
        }

        return ids;
    }

    private static async Task ChangeAsync(EngineServer server, Random random)
    {
        for (var i = 0; i < 60; i++)
        {
            var (id, path, value) = (random.Next(300), Paths[random.Next(2)], Value(random, 2));
            var kind = random.Next(3);
            foreach (var collection in new[] { "plain", "indexed" })
            {
                var filter = new BsonDocument("_id", id);
                await server.RunAsync(kind == 0
                    ? new BsonDocument { { "delete", collection }, { "deletes", new BsonArray { new BsonDocument { { "q", filter }, { "limit", 1 } } } } }
                    : new BsonDocument
                    {
                        { "update", collection },
                        {
                            "updates", new BsonArray
                            {
                                new BsonDocument
                                {
                                    { "q", filter },
                                    { "u", kind == 1 ? new BsonDocument("$set", new BsonDocument(path, value)) : new BsonDocument { { path, value }, { "c", 1 } } },
                                },
                            }
                        },
                    });
            }
        }
    }

    private static BsonDocument Document(Random random, int id)
    {
        var document = new BsonDocument("_id", id);
        foreach (var name in new[] { "a", "b" })
        {
            if (random.Next(5) > 0)
            {
                document.Add(name, Value(random, 2));
            }
        }

        return document.Add("c", random.Next(4), random.Next(4) > 0);
    }

    private static BsonValue Value(Random random, int depth) => random.Next(depth > 0 ? 12 : 8) switch
    {
        0 => random.Next(3),
        1 => (long)random.Next(3),
        2 => random.Next(6) / 2.0,
        3 => BsonNull.Value,
        4 => "xyz"[random.Next(3)].ToString(),
        5 => random.Next(2) == 0,
        6 => new BsonDateTime(random.Next(3)),
        7 => double.NaN,
        8 or 9 => new BsonArray(Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth - 1))),
        _ => new BsonDocument(Enumerable.Range(0, random.Next(1, 3)).Select(i => new BsonElement("xy"[i].ToString(), Value(random, depth - 1)))),
    };

    private static BsonDocument Filter(Random random, int depth)
    {
        if (depth > 0 && random.Next(4) == 0)
        {
            var name = random.Next(3) switch { 0 => "$and", 1 => "$or", _ => "$nor" };
            return new BsonDocument(name, new BsonArray(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Filter(random, depth - 1))));
        }

        var filter = new BsonDocument();
        foreach (var path in Paths.Append("c").OrderBy(_ => random.Next()).Take(random.Next(1, 3)))
        {
            filter.Add(path, new BsonDocument(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Operator(random)).DistinctBy(o => o.Name)));
        }

        return filter;
    }

    private static BsonElement Operator(Random random) => random.Next(10) switch
    {
        0 or 1 => new("$eq", Value(random, 1)),
        2 => new("$ne", Value(random, 1)),
        3 => new("$gt", Value(random, 1)),
        4 => new("$gte", Value(random, 1)),
        5 => new("$lt", Value(random, 1)),
        6 => new("$lte", Value(random, 1)),
        7 => new("$in", new BsonArray(Enumerable.Range(0, 3).Select(_ => Value(random, 1)))),
        8 => new("$exists", random.Next(2) == 0),
        _ => new("$size", random.Next(3)),
    };

    /// <summary>The rules once more, as plainly as they can be put.</summary>
    private static class Naive
    {
        internal static bool Matches(BsonDocument document, BsonDocument filter) => filter.All(e => e.Name switch
        {
            "$and" => e.Value.AsBsonArray.All(f => Matches(document, f.AsBsonDocument)),
            "$or" => e.Value.AsBsonArray.Any(f => Matches(document, f.AsBsonDocument)),
            "$nor" => !e.Value.AsBsonArray.Any(f => Matches(document, f.AsBsonDocument)),
            _ => e.Value.AsBsonDocument.All(o => Test(document, e.Name, o)),
        });

        private static bool Test(BsonDocument document, string path, BsonElement test)
        {
            var ends = Ends(document, path.Split('.')).ToList();
            var values = ends.SelectMany(end => end is { Value: BsonArray array, Whole: false }
                ? array.Select(item => (BsonValue?)item).Append(array)
                : [end.Value]).ToList();
            return test.Name switch
            {
                "$eq" => values.Exists(v => Same(v, test.Value)),
                "$ne" => !values.Exists(v => Same(v, test.Value)),
                "$in" => test.Value.AsBsonArray.Any(wanted => values.Exists(v => Same(v, wanted))),
                "$exists" => values.Exists(v => v is not null) == test.Value.AsBoolean,
                "$size" => ends.Exists(end => end.Value is BsonArray array && array.Count == test.Value.AsInt32),
                _ => values.Exists(v => Ordered(v, test.Name, test.Value)),
            };
        }

        private static bool Ordered(BsonValue? value, string name, BsonValue operand)
        {
            var equal = Same(value, operand);
            if (operand.IsBsonNull || IsNaN(operand) || (value is not null && IsNaN(value)))
            {
                return equal && name is "$gte" or "$lte" && equal;
            }

            if (value is null || Kind(value) != Kind(operand))
            {
                return false;
            }

            var order = Compare(value, operand);
            return name switch { "$gt" => order > 0, "$gte" => order >= 0, "$lt" => order < 0, _ => order <= 0 };
        }

        private static bool Same(BsonValue? value, BsonValue wanted) => value is null ? wanted.IsBsonNull : Compare(value, wanted) == 0;

        // Where a path ends; Whole when it ended by naming an array's position, so that what is there counts as one value.
        private static IEnumerable<(BsonValue? Value, bool Whole)> Ends(BsonDocument document, string[] path)
        {
            if (!document.TryGetValue(path[0], out var value))
            {
                return [(null, false)];
            }

            var rest = path[1..];
            if (rest.Length == 0)
            {
                return [(value, false)];
            }

            return value switch
            {
                BsonDocument inner => Ends(inner, rest),
                BsonArray array => array.OfType<BsonDocument>().SelectMany(item => Ends(item, rest)).Concat(
                    int.TryParse(rest[0], CultureInfo.InvariantCulture, out var at) && at < array.Count && rest.Length == 1
                        ? [(array[at], true)]
                        : []),
                _ => [(null, false)],
            };
        }

        private static int Compare(BsonValue left, BsonValue right)
        {
            if (Kind(left) != Kind(right))
            {
                return Kind(left).CompareTo(Kind(right));
            }

            switch (left)
            {
                case BsonNull:
                    return 0;
                case BsonString text:
                    return string.CompareOrdinal(text.Value, right.AsString);
                case BsonBoolean flag:
                    return flag.Value.CompareTo(right.AsBoolean);
                case BsonDateTime moment:
                    return moment.MillisecondsSinceEpoch.CompareTo(right.AsBsonDateTime.MillisecondsSinceEpoch);
                case BsonArray items:
                    return Compare(items.Select(i => ("", i)), right.AsBsonArray.Select(i => ("", i)));
                case BsonDocument document:
                    return Compare(document.Select(e => (e.Name, e.Value)), right.AsBsonDocument.Select(e => (e.Name, e.Value)));
                default:
                    return left.ToDouble().CompareTo(right.ToDouble()); // NaN first, as in MongoDB.
            }
        }

        private static int Compare(IEnumerable<(string Name, BsonValue Value)> left, IEnumerable<(string Name, BsonValue Value)> right)
        {
            using var r = right.GetEnumerator();
            foreach (var (name, value) in left)
            {
                if (!r.MoveNext())
                {
                    return 1;
                }

                var order = Kind(value).CompareTo(Kind(r.Current.Value));
                order = order != 0 ? order : string.CompareOrdinal(name, r.Current.Name);
                order = order != 0 ? order : Compare(value, r.Current.Value);
                if (order != 0)
                {
                    return order;
                }
            }

            return r.MoveNext() ? -1 : 0;
        }

        private static bool IsNaN(BsonValue value) => value is BsonDouble { Value: double.NaN };

        private static int Kind(BsonValue value) => value switch
        {
            BsonNull => 1,
            { IsNumeric: true } => 2,
            BsonString => 3,
            BsonDocument => 4,
            BsonArray => 5,
            BsonBoolean => 6,
            BsonDateTime => 7,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, message: null),
        };
    }
}
