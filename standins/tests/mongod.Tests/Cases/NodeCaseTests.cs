using Mongod.Tests.Clients;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace Mongod.Tests.Cases;

/// <summary>Every case, through the npm driver.</summary>
public sealed class NodeCaseTests(NodeCaseTests.Results results) : IClassFixture<NodeCaseTests.Results>
{
    [NodeTheory]
    [MemberData(nameof(Case.Names), MemberType = typeof(Case))]
    public void Holds(string file, string name)
    {
        var subject = Case.Find(file, name);
        var result = results.Of(subject);
        Assert.False(result.Contains("failure"), result.GetValue("failure", "").ToString());
        subject.Check([.. result["replies"].AsBsonArray.Select(r => r.AsBsonDocument)], result["contents"].AsBsonDocument);
    }

    /// <summary>What one Node.js process found, which ran all cases.</summary>
    public sealed class Results : IAsyncLifetime
    {
        private readonly Dictionary<Case, BsonDocument> _results = [];

        public async Task InitializeAsync()
        {
            if (NodeFactAttribute.Reason is not null)
            {
                return;
            }

            var input = new BsonArray(Case.All.Select(c => new BsonDocument
            {
                { "database", c.Database("node") },
                { "given", c.Given },
                { "indexes", c.Indexes },
                { "commands", new BsonArray(c.Run.Select(s => s["command"])) },
                { "collections", new BsonArray(c.Then.Names) },
            }));
            using var folder = new TemporaryFolder();
            await using var server = await MongodProcess.StartAsync(folder.In("data"));
            var json = input.ToJson(new JsonWriterSettings { OutputMode = JsonOutputMode.CanonicalExtendedJson });
            var output = await NodePackages.RunAsync("run-cases.mjs", json, server.ConnectionString);
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < lines.Length; i++)
            {
                _results.Add(Case.All[i], BsonDocument.Parse(lines[i]));
            }
        }

        public Task DisposeAsync() => Task.CompletedTask;

        internal BsonDocument Of(Case subject) => _results[subject];
    }
}
