using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Mongod.Tests.Cases;

/// <summary>What is given, what is asked, and what must come of it. The files beside this one hold them, a file a subject.</summary>
/// <param name="File">The file's name, without its ending.</param>
/// <param name="Number">Its place in the file.</param>
/// <param name="Document">
/// <c>{name, given: {collection: [documents]}, indexes: {collection: [specifications]}, run: [{command, expect | error}], then: {collection: [documents]}}</c>
/// </param>
internal sealed record Case(string File, int Number, BsonDocument Document)
{
    private static readonly Lazy<Case[]> Files = new(Read);

    internal static IReadOnlyList<Case> All => Files.Value;

    /// <summary>The names as theories take them: file, and name.</summary>
    public static IEnumerable<object[]> Names => All.Select(c => new object[] { c.File, c.Name });

    internal string Name => Document["name"].AsString;

    /// <summary>A database of its own.</summary>
    internal string Database(string client) => $"{client}_{File}_{Number}";

    internal BsonDocument Given => Document.GetValue("given", new BsonDocument()).AsBsonDocument;

    internal BsonDocument Indexes => Document.GetValue("indexes", new BsonDocument()).AsBsonDocument;

    internal IEnumerable<BsonDocument> Run => Document["run"].AsBsonArray.Select(s => s.AsBsonDocument);

    internal BsonDocument Then => Document.GetValue("then", new BsonDocument()).AsBsonDocument;

    internal static Case Find(string file, string name) => All.Single(c => c.File == file && c.Name == name);

    /// <summary>Checks what the commands answered, in order, and what the collections hold in the end.</summary>
    internal void Check(IReadOnlyList<BsonDocument> replies, BsonDocument contents)
    {
        var steps = Run.ToArray();
        Assert.Equal(steps.Length, replies.Count);
        for (var i = 0; i < steps.Length; i++)
        {
            var (step, reply) = (steps[i], replies[i]);
            var what = $"step {i + 1} of '{Name}': {step["command"].ToJson()}\nanswered {reply.ToJson()}";
            if (step.TryGetValue("error", out var error))
            {
                CheckError(error.AsBsonDocument, reply, what);
                continue;
            }

            Assert.True(reply["ok"] == 1, what);
            if (step.TryGetValue("expect", out var expected) && CaseMatcher.Difference(expected, reply) is { } difference)
            {
                Assert.Fail($"{difference}\nin {what}");
            }
        }

        foreach (var collection in Then)
        {
            if (CaseMatcher.ExactDifference(collection.Value, contents[collection.Name]) is { } difference)
            {
                Assert.Fail($"{difference}\nin {collection.Name} after '{Name}', which holds {contents[collection.Name].ToJson()}");
            }
        }
    }

    private static void CheckError(BsonDocument expected, BsonDocument reply, string what)
    {
        Assert.True(reply["ok"] == 0, what);
        Assert.True(expected["code"].ToInt32() == reply["code"].ToInt32(), $"expected {expected.ToJson()}\nin {what}");
        Assert.False(string.IsNullOrEmpty(reply["codeName"].AsString), what);
        if (expected.TryGetValue("codeName", out var name))
        {
            Assert.True(name == reply["codeName"], $"expected {expected.ToJson()}\nin {what}");
        }

        if (expected.TryGetValue("message", out var message))
        {
            Assert.True(reply["errmsg"].AsString.Contains(message.AsString, StringComparison.Ordinal), $"expected {expected.ToJson()}\nin {what}");
        }
    }

    private static Case[] Read() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Cases"), "*.json").Order(StringComparer.Ordinal).SelectMany(file =>
            BsonSerializer.Deserialize<BsonArray>(System.IO.File.ReadAllText(file))
                .Select((document, number) => new Case(Path.GetFileNameWithoutExtension(file), number, document.AsBsonDocument))),
    ];
}
