using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Bench;

/// <summary>What is measured, through the .NET driver: documents of some 200 bytes, as a chat's messages are.</summary>
internal sealed class Workloads : IDisposable
{
    private const int Documents = 20_000;
    private const string Database = "bench";

    private readonly MongoClient _client;
    private readonly IMongoDatabase _admin;
    private readonly IMongoCollection<BsonDocument> _read;
    private readonly IMongoCollection<BsonDocument> _written;
    private long _sequence;

    private Workloads(MongoClient client)
    {
        _client = client;
        _admin = client.GetDatabase("admin");
        var database = client.GetDatabase(Database).WithWriteConcern(WriteConcern.WMajority.With(journal: true));
        _read = database.GetCollection<BsonDocument>("read");
        _written = database.GetCollection<BsonDocument>("written");
        All =
        [
            new("ping", 1, PingAsync),
            new("insert", 1, InsertAsync),
            new("update", 1, UpdateAsync),
            new("find", 1, FindAsync),
            new("insert", 16, InsertAsync),
            new("update", 16, UpdateAsync),
            new("ping", 64, PingAsync),
            new("insert", 64, InsertAsync),
            new("update", 64, UpdateAsync),
            new("find", 64, FindAsync),
        ];
    }

    internal IReadOnlyList<Workload> All { get; }

    internal static async Task<Workloads> PrepareAsync(string uri)
    {
        var client = new MongoClient(uri);
        await client.DropDatabaseAsync(Database);
        var workloads = new Workloads(client);
        var index = new CreateIndexModel<BsonDocument>(new BsonDocument { { "room", 1 }, { "seq", 1 } }, new CreateIndexOptions { Unique = true });
        await workloads._read.Indexes.CreateOneAsync(index);
        await workloads._written.Indexes.CreateOneAsync(index);
        foreach (var chunk in Enumerable.Range(0, Documents).Chunk(1000))
        {
            await workloads._read.InsertManyAsync(chunk.Select(i => Message(i)));
        }

        return workloads;
    }

    public void Dispose()
    {
        _client.DropDatabase(Database);
        _client.Dispose();
    }

    private static BsonDocument Message(long sequence) => new()
    {
        { "room", sequence % 100 },
        { "seq", sequence / 100 },
        { "user_id", "mothra" },
        { "text", "The city is asleep, and something stirs below the bay. Does anybody else hear it?" },
        { "created_at", DateTime.UtcNow },
    };

    private static FilterDefinition<BsonDocument> Any()
    {
#pragma warning disable CA5394 // Nothing here is a secret.
        var sequence = Random.Shared.Next(Documents);
#pragma warning restore CA5394
        return new BsonDocument { { "room", (long)(sequence % 100) }, { "seq", (long)(sequence / 100) } };
    }

    private Task<BsonDocument> PingAsync() => _admin.RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));

    private Task InsertAsync() => _written.InsertOneAsync(Message(Interlocked.Increment(ref _sequence)));

    private Task<UpdateResult> UpdateAsync() => _read.UpdateOneAsync(Any(), new BsonDocument("$inc", new BsonDocument("edits", 1)));

    private Task<BsonDocument> FindAsync() => _read.Find(Any()).FirstOrDefaultAsync();
}
