using System.Globalization;
using System.Numerics;
using MongoDB.Bson;
using MongoDB.Bson.Storage;
using MongoDB.Driver.Storage;

namespace Godzilla.StandIns.Tests;

/// <summary>What is in the file, and that the bytes of a key sort as the values do.</summary>
public sealed class StorageTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task DocumentsAreValidBinaryJsonAndWritesReachTheDisk()
    {
        var document = new BsonDocument
        {
            { "_id", 1 }, { "text", "a\"\\\n☢" }, { "long", long.MaxValue }, { "id", ObjectId.GenerateNewId() }, { "at", DateTime.UtcNow },
            { "nested", new BsonArray { 1.5, double.NaN, new BsonDocument("$x", BsonNull.Value) } }, { "wide", new string('x', 70_000) },
            { "bytes", new BsonBinaryData(new byte[300]) }, { "decimal", 1.10m }, { "re", new BsonRegularExpression("a", "i") },
        };
        await _store.Collection<BsonDocument>().InsertOneAsync(document);
        _store.Client.Dispose();

        using var file = new Sqlite(_store.File, create: false);
        var rows = file.Prepare("SELECT json_valid(doc, 8), json_extract(doc, '$.text'), json_extract(doc, '$.at.\"$date\"') FROM c1");
        Assert.True(rows.Step());
        Assert.Equal(1, rows.Int64(0));
        Assert.Equal("a\"\\\n☢", rows.Text(1));
        Assert.Equal(document["at"].AsBsonDateTime.MillisecondsSinceEpoch, rows.Int64(2));
        rows.Reset();
        Assert.Equal(2, file.ReadInt64("PRAGMA synchronous")); // FULL: a commit waits for the disk.
        var mode = file.Prepare("PRAGMA journal_mode");
        Assert.True(mode.Step());
        Assert.Equal("wal", mode.Text(0));
        mode.Reset();
        Assert.Equal(Catalog.ApplicationId, file.ReadInt64("PRAGMA application_id"));
    }

    [Fact]
    public void NumbersOfAllTypesShareOneExactOrder()
    {
        var random = new Random(7);
        List<BsonValue> numbers =
        [
            0, -0.0, 0.1, 0.1m, 1, 1L, 1.0, 1.0m, 1.00m, -1, long.MaxValue, long.MaxValue - 1, long.MinValue, (double)long.MaxValue,
            9007199254740992, 9007199254740993, 9007199254740992.0, decimal.MaxValue, decimal.MinValue, 0.0000000000000000000000000001m,
            double.Epsilon, double.MaxValue, double.MinValue,
        ];
        for (var i = 0; i < 300; i++)
        {
            var bits = random.NextInt64() >> random.Next(64);
            numbers.AddRange([bits, (double)bits, bits + random.NextDouble(), (decimal)bits / (decimal)Math.Pow(10, random.Next(12)), (int)(bits & 0xff)]);
        }

        for (var i = 0; i < 20_000; i++)
        {
            var (left, right) = (numbers[random.Next(numbers.Count)], numbers[random.Next(numbers.Count)]);
            var order = ValueKey.Encode(left).AsSpan().SequenceCompareTo(ValueKey.Encode(right));
            Assert.True(
                Math.Sign(order) == Compare(Exact(left), Exact(right)), $"{left} ({left.BsonType}) and {right} ({right.BsonType}): {order}");
        }

        BsonValue[] rising =
        [
            BsonMinKey.Value, BsonNull.Value, double.NaN, double.NegativeInfinity, 0, double.PositiveInfinity, "", "a", "a\0", "a\0b", "ab", "é",
            new BsonDocument(), new BsonDocument("a", 1), new BsonDocument { { "a", 1 }, { "b", 0 } }, new BsonDocument("b", 0), new BsonDocument("a", "x"),
            new BsonArray(), new BsonArray { 1 }, new BsonArray { 1, 0 }, new BsonArray { 2 }, new BsonBinaryData([9]), new BsonBinaryData([1, 2]),
            ObjectId.Empty, ObjectId.GenerateNewId(), false, true, new BsonDateTime(-1), new BsonDateTime(0), new BsonTimestamp(1),
            new BsonRegularExpression("a"), BsonMaxKey.Value,
        ];
        for (var i = 1; i < rising.Length; i++)
        {
            Assert.True(rising[i - 1].CompareTo(rising[i]) < 0, $"{rising[i - 1]} before {rising[i]}");
        }
    }

    // A number as an integer over 2^1074 * 10^28, which holds every double and every decimal.
    private static BigInteger Exact(BsonValue value)
    {
        var scale = BigInteger.Pow(10, 28);
        switch (value)
        {
            case BsonDouble { Value: var real }:
                var bits = BitConverter.DoubleToInt64Bits(real);
                var exponent = (int)((bits >> 52) & 0x7ff);
                BigInteger mantissa = (bits & 0xfffffffffffff) | (exponent == 0 ? 0 : 1L << 52);
                return (bits < 0 ? -mantissa : mantissa) * scale << (Math.Max(exponent, 1) - 1);
            case BsonDecimal128 v:
                var parts = ((decimal)v.Value).ToString(CultureInfo.InvariantCulture).Split('.');
                var fraction = parts.Length > 1 ? parts[1] : "";
                return BigInteger.Parse(parts[0] + fraction.PadRight(28, '0'), CultureInfo.InvariantCulture) << 1074;
            default:
                return value.ToInt64() * scale << 1074;
        }
    }

    private static int Compare(BigInteger left, BigInteger right) => Math.Sign(left.CompareTo(right));
}
