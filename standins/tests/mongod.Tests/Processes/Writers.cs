using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Processes;

/// <summary>Callers that insert documents, one after the other, and remember what was acknowledged.</summary>
internal sealed class Writers(IMongoCollection<BsonDocument> collection, int callers, int padding = 100)
{
    private readonly ConcurrentBag<int> _acknowledged = [];
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly byte[] _padding = new byte[padding];
    private volatile bool _stopping;
    private int _next;
    private Task _running = Task.CompletedTask;

    internal int Count => _acknowledged.Count;

    internal IReadOnlyCollection<Exception> Failures => _failures;

    /// <summary>Starts; a caller ends with its first failure.</summary>
    internal Writers Start()
    {
        _running = Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(WriteAsync)));
        return this;
    }

    /// <summary>Ends after the inserts in hand.</summary>
    /// <returns>The ids that were acknowledged.</returns>
    internal async Task<IReadOnlyCollection<int>> StopAsync()
    {
        _stopping = true;
        await _running.WaitAsync(TimeSpan.FromSeconds(60));
        return _acknowledged;
    }

    internal IReadOnlyCollection<int> Acknowledged() => [.. _acknowledged];

    internal static async Task<HashSet<int>> ReadIdsAsync(MongodProcess server, string database = "load")
    {
        using var client = server.CreateClient();
        var documents = await client.GetDatabase(database).GetCollection<BsonDocument>("docs")
            .Find(FilterDefinition<BsonDocument>.Empty).Project(new BsonDocument("_id", 1)).ToListAsync();
        return [.. documents.Select(d => d["_id"].AsInt32)];
    }

    private async Task WriteAsync()
    {
        try
        {
            while (!_stopping)
            {
                var id = Interlocked.Increment(ref _next);
                await collection.InsertOneAsync(new BsonDocument { { "_id", id }, { "padding", _padding } });
                _acknowledged.Add(id);
            }
        }
#pragma warning disable CA1031 // What ends a caller is looked at by the test.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failures.Enqueue(exception);
        }
    }
}
