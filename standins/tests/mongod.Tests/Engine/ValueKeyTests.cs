using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Tests.Engine;

public sealed class ValueKeyTests
{
    private const int Seed = 20261124;

    [Fact]
    public void TypesComeInMongoDbsOrder()
    {
        BsonValue[] ascending =
        [
            BsonMinKey.Value, BsonUndefined.Value, BsonNull.Value, double.NaN, double.NegativeInfinity, long.MinValue, -1.5, 0, 1, 1.5, long.MaxValue,
            new BsonDecimal128(Decimal128.Parse("1E+6000")), double.PositiveInfinity, "", "a", "a\0", "aa", "b", "é", new BsonDocument(),
            new BsonDocument("a", 1), new BsonDocument("a", 2), new BsonDocument { { "a", 2 }, { "b", 0 } }, new BsonDocument("b", 0),
            new BsonDocument("a", "x"), new BsonArray(), new BsonArray { 1 }, new BsonArray { 1, 1 }, new BsonArray { 2 }, new BsonBinaryData([5]),
            new BsonBinaryData([1, 1]), ObjectId.Parse("000000000000000000000001"), ObjectId.Parse("ff0000000000000000000001"), false, true,
            new BsonDateTime(-1), new BsonDateTime(0), new BsonTimestamp(1), new BsonTimestamp(-1),
            new BsonRegularExpression("a", ""), new BsonRegularExpression("a", "i"), new BsonJavaScript("f"),
            new BsonJavaScriptWithScope("f", new BsonDocument("a", 1)), BsonMaxKey.Value,
        ];
        for (var i = 0; i < ascending.Length; i++)
        {
            for (var j = 0; j < ascending.Length; j++)
            {
                Assert.True(
                    Math.Sign(ValueKey.Compare(ascending[i], ascending[j])) == Math.Sign(i.CompareTo(j)), $"{ascending[i]} against {ascending[j]}");
            }
        }
    }

    [Fact]
    public void NumbersCompareByValueWhateverTheirType()
    {
        BsonValue[] ascending =
        [
            Decimal("-1E+400"), -1e300, long.MinValue, -0.1, Decimal("-0.1"), Decimal("-1E-400"), 0, Decimal("1E-6176"), Decimal("2E-6176"), Decimal("1E-400"),
            double.Epsilon, Decimal("0.1"), 0.1, 1, Decimal("1.000000000000000000000000000000001"), 9007199254740992.0, 9007199254740993L, Decimal("9007199254740993.5"),
            9007199254740994L, Decimal("9223372036854775806.9"), long.MaxValue, 9223372036854775808.0, Decimal("9223372036854775808.1"), 1e300,
            double.MaxValue, Decimal("1.8E+308"), Decimal("1E+400"), Decimal("1E+6144"), double.PositiveInfinity,
        ];
        for (var i = 0; i < ascending.Length; i++)
        {
            for (var j = 0; j < ascending.Length; j++)
            {
                Assert.True(
                    Math.Sign(ValueKey.Compare(ascending[i], ascending[j])) == Math.Sign(i.CompareTo(j)), $"{ascending[i]} against {ascending[j]}");
            }
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData("-0.5")]
    [InlineData("9007199254740994")]
    [InlineData("100000000000000000000")]
    public void EqualNumbersHaveOneKey(string number)
    {
        var key = ValueKey.Encode(Decimal(number));
        Assert.Equal(key, ValueKey.Encode(double.Parse(number)));
        Assert.Equal(key, ValueKey.Encode(Decimal(number + (number.Contains('.') ? "0" : ".0"))));
        if (long.TryParse(number, out var whole))
        {
            Assert.Equal(key, ValueKey.Encode(whole));
        }
    }

    [Fact]
    public void NoKeyIsTheBeginningOfAnother()
    {
        var random = new Random(Seed);
        var keys = Enumerable.Range(0, 600).Select(_ => ValueKey.Encode(Value(random, 3))).ToList();
        foreach (var key in keys)
        {
            Assert.DoesNotContain(keys, other => other.Length > key.Length && other.AsSpan().StartsWith(key));
        }
    }

    private static BsonDecimal128 Decimal(string text) => new(Decimal128.Parse(text));

    private static BsonValue Value(Random random, int depth) => random.Next(depth > 0 ? 11 : 9) switch
    {
        0 => random.Next(3),
        1 => random.NextInt64(),
        2 => random.NextDouble(),
        3 => BsonNull.Value,
        4 => new string("a\0bé"[random.Next(4)], random.Next(3)),
        5 => random.Next(2) == 0,
        6 => new BsonDecimal128(new Decimal128((decimal)random.NextDouble())),
        7 => new BsonBinaryData(new byte[random.Next(3)]),
        8 => new BsonJavaScript("x"),
        9 => new BsonArray(Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth - 1))),
        _ => new BsonDocument(Enumerable.Range(0, random.Next(3)).Select(i => new BsonElement("ab"[i % 2].ToString() + i, Value(random, depth - 1)))),
    };
}
