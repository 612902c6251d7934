using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Cases;

/// <summary>Every case, through the .NET driver.</summary>
public sealed class DotNetCaseTests(DotNetCaseTests.Results results) : IClassFixture<DotNetCaseTests.Results>
{
    [Theory]
    [MemberData(nameof(Case.Names), MemberType = typeof(Case))]
    public async Task Holds(string file, string name)
    {
        var subject = Case.Find(file, name);
        var (replies, contents) = await results.Of(subject);
        subject.Check(replies, contents);
    }

    /// <summary>What came of the cases, which were run a few at a time: each waits for the disk a lot.</summary>
    public sealed class Results : IAsyncLifetime
    {
        private const int AtOnce = 8;

        private readonly ConcurrentDictionary<Case, Task<(IReadOnlyList<BsonDocument> Replies, BsonDocument Contents)>> _results = [];

        public async Task InitializeAsync()
        {
            using var folder = new TemporaryFolder();
            await using var server = await MongodProcess.StartAsync(folder.In("data"));
            using var client = server.CreateClient();
            await Parallel.ForEachAsync(Case.All, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (subject, _) =>
            {
                var running = RunAsync(client, subject);
                _results[subject] = running;
                await running.ContinueWith(_ => { }, TaskScheduler.Default);
            });
        }

        public Task DisposeAsync() => Task.CompletedTask;

        internal Task<(IReadOnlyList<BsonDocument> Replies, BsonDocument Contents)> Of(Case subject) => _results[subject];
    }

    private static async Task<(IReadOnlyList<BsonDocument> Replies, BsonDocument Contents)> RunAsync(MongoClient client, Case subject)
    {
        var database = client.GetDatabase(subject.Database("dotnet"));
        foreach (var (collection, documents) in subject.Given.Select(e => (e.Name, e.Value.AsBsonArray)))
        {
            await RunAsync(database, documents.Count > 0
                ? new BsonDocument { { "insert", collection }, { "documents", documents } }
                : new BsonDocument("create", collection));
        }

        foreach (var (collection, indexes) in subject.Indexes.Select(e => (e.Name, e.Value.AsBsonArray)))
        {
            await RunAsync(database, new BsonDocument { { "createIndexes", collection }, { "indexes", indexes } });
        }

        var replies = new List<BsonDocument>();
        foreach (var step in subject.Run)
        {
            replies.Add(await AnswerAsync(database, step["command"].AsBsonDocument));
        }

        var contents = new BsonDocument();
        foreach (var collection in subject.Then.Names)
        {
            contents.Add(collection, new BsonArray(await database.GetCollection<BsonDocument>(collection).Find(FilterDefinition<BsonDocument>.Empty).ToListAsync()));
        }

        await client.DropDatabaseAsync(database.DatabaseNamespace.DatabaseName);
        return (replies, contents);
    }

    private static async Task RunAsync(IMongoDatabase database, BsonDocument command)
    {
        var reply = await AnswerAsync(database, command);
        Assert.True(reply["ok"] == 1 && !reply.Contains("writeErrors"), $"{command.ToJson()}\nanswered {reply.ToJson()}");
    }

    private static async Task<BsonDocument> AnswerAsync(IMongoDatabase database, BsonDocument command)
    {
        try
        {
            return await database.RunCommandAsync<BsonDocument>(command);
        }
        catch (MongoCommandException exception)
        {
            return exception.Result;
        }
        catch (MongoExecutionTimeoutException exception)
        {
            return new BsonDocument { { "ok", 0 }, { "code", exception.Code }, { "codeName", "MaxTimeMSExpired" }, { "errmsg", exception.Message } };
        }
    }
}
