using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Cases;

/// <summary>Every case, through the .NET driver.</summary>
public sealed class DotNetCaseTests(MongodFixture fixture) : IClassFixture<MongodFixture>
{
    [Theory]
    [MemberData(nameof(Case.Names), MemberType = typeof(Case))]
    public async Task Holds(string file, string name)
    {
        var subject = Case.Find(file, name);
        var database = fixture.Client.GetDatabase(subject.Database("dotnet"));
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
            // A cursor's id is known only now.
            var command = step["command"].AsBsonDocument;
            replies.Add(await AnswerAsync(database, command));
        }

        var contents = new BsonDocument();
        foreach (var collection in subject.Then.Names)
        {
            contents.Add(collection, new BsonArray(await database.GetCollection<BsonDocument>(collection).Find(FilterDefinition<BsonDocument>.Empty).ToListAsync()));
        }

        await fixture.Client.DropDatabaseAsync(database.DatabaseNamespace.DatabaseName);
        subject.Check(replies, contents);
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
