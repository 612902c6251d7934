using System.Text;
using Mongod.Commands;
using Mongod.Engine.Aggregating;
using Mongod.Engine.Matching;
using Mongod.Engine.Storing;
using Mongod.Engine.Updating;
using Mongod.Wire;
using MongoDB.Bson;

namespace Godzilla.Fuzz.Targets;

/// <summary>What a client sends to the document server.</summary>
internal static class MongodTargets
{
    private static readonly BsonDocument Document = BsonDocument.Parse(
        """{ "_id": 1, "a": [1, { "b": 2 }, [3]], "s": "text", "n": null, "d": { "x": 1.5, "y": { "$date": "2026-11-29T00:00:00Z" } }, "f": true }""");

    private static readonly string[] Names =
    [
        "\"$and\":[", "\"$or\":[", "\"$in\":[", "\"$elemMatch\":{", "\"$not\":{", "\"$regex\":\"", "\"$gt\":", "\"$exists\":", "\"$type\":", "\"$size\":", "\"$mod\":[2,0]", "\"$expr\":{", "\"a.0\":", "\"a.b\":", "{", "}", "[", "]", ",",
    ];

    public static IReadOnlyList<Target> All { get; } =
    [
        new("mongod-message", Message),
        new("mongod-filter", Filter, Names),
        new("mongod-update", Update, [.. Names, "\"$set\":{", "\"$inc\":{", "\"$push\":{", "\"$each\":[", "\"$pull\":{", "\"$unset\":{", "\"$rename\":{", "\"$min\":{", "\"$slice\":", "\"$sort\":", "\"a.$[]\":", "\"a.$\":"]),
        new("mongod-pipeline", Aggregate, [.. Names, "{\"$match\":{", "{\"$group\":{\"_id\":", "{\"$project\":{", "{\"$sort\":{", "{\"$unwind\":\"$a\"}", "{\"$limit\":1}", "{\"$count\":\"n\"}", "\"$sum\":", "\"$cond\":[", "\"$concat\":[", "\"$$ROOT\"", "\"$a.b\""]),
    ];

    private static void Message(ReadOnlySpan<byte> input)
    {
        if (input.Length < WireLimits.HeaderLength)
        {
            // Whoever reads from the connection waits for the rest.
            return;
        }

        try
        {
            _ = Dispatcher.Read(RequestParser.Parse(input.ToArray()).Body, new Client(1, "fuzz"));
        }
        catch (Exception exception) when (exception is CommandException or WireFaultException)
        {
            // Refused, or the connection ends.
        }
    }

    private static void Filter(ReadOnlySpan<byte> input) => Run(input, filter => _ = new Matcher(Fields(filter)).Matches(Document));

    private static void Update(ReadOnlySpan<byte> input) => Run(input, update =>
    {
        var filters = new ArrayFilters(filters: null);
        new Updater(Fields(update), filters, TimeProvider.System).Apply(Document.DeepClone().AsBsonDocument, inserting: false, _ => 0);
    });

    private static void Aggregate(ReadOnlySpan<byte> input) => Run(input, value =>
    {
        var stages = value as BsonArray ?? [value];
        foreach (var result in new Pipeline(stages, Deadline.After(0), hint: null).Run([Document.DeepClone().AsBsonDocument]).Take(100))
        {
            _ = result.ToBson();
        }
    });

    private static BsonDocument Fields(BsonValue value) => value as BsonDocument ?? new BsonDocument("a", value);

    private static void Run(ReadOnlySpan<byte> input, Action<BsonValue> run)
    {
        BsonValue value;
        try
        {
            value = BsonDocument.Parse($"{{\"value\":{Encoding.UTF8.GetString(input)}}}")["value"];
            BsonValidator.Validate(new BsonDocument("value", value).ToBson());
        }
        catch (Exception exception) when (exception is not (StackOverflowException or OutOfMemoryException))
        {
            // What the driver's own reader makes of text is not ours.
            return;
        }

        try
        {
            run(value);
        }
        catch (CommandException)
        {
            // Refused.
        }
    }
}
