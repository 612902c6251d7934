using Microsoft.Extensions.Time.Testing;
using Mongod.Commands;
using Mongod.Engine;
using MongoDB.Bson;

namespace Mongod.Tests.Engine;

/// <summary>The engine in a folder of its own, without a wire: commands go to their handlers.</summary>
public sealed class EngineServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();
    private readonly Databases _databases;
    private readonly IReadOnlyDictionary<string, CommandHandler> _commands;

    public EngineServer()
    {
        // As the server sets it: documents may be nested more deeply than the library allows by default.
        BsonDefaults.MaxSerializationDepth = 201;
        _databases = new Databases(_folder.Path, Time);
        Cursors = new Cursors(Time);
        _commands = DataCommands.Create(_databases, Cursors);
    }

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal Cursors Cursors { get; }

    internal Client Client { get; } = new(1, "test");

    internal string File => _folder.In("test.db");

    internal Task<BsonDocument> RunAsync(string json) => RunAsync(BsonDocument.Parse(json));

    internal async Task<BsonDocument> RunAsync(BsonDocument body, Client? client = null) => await _commands[body.GetElement(0).Name](
        new Command(body.GetElement(0).Name, "test", body, client ?? Client), CancellationToken.None);

    internal async Task<CommandException> RefusedAsync(BsonDocument body) => await Assert.ThrowsAsync<CommandException>(() => RunAsync(body));

    internal async Task<BsonArray> FindAsync(string collection, BsonDocument filter, BsonDocument? sort = null, int skip = 0, int limit = 0) =>
        (await RunAsync(new BsonDocument
        {
            { "find", collection }, { "filter", filter }, { "sort", sort ?? [] }, { "skip", skip }, { "limit", limit }, { "batchSize", 100_000 },
        }))["cursor"]["firstBatch"].AsBsonArray;

    internal async Task InsertAsync(string collection, IEnumerable<BsonDocument> documents)
    {
        var reply = await RunAsync(new BsonDocument { { "insert", collection }, { "documents", new BsonArray(documents) } });
        Assert.False(reply.Contains("writeErrors"), reply.ToJson());
    }

    public async ValueTask DisposeAsync()
    {
        Cursors.Dispose();
        await _databases.DisposeAsync();
        _folder.Dispose();
    }
}
