using MongoDB.Bson;
using MongoDB.Driver;
using SQLitePCL;

namespace Godzilla.StandIns.Tests;

/// <summary>A store that is not there, comes back, or is kept busy by another process.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly TemporaryStore _store = new();
    private readonly MongoClient _client;

    public FaultTests() => _client = _store.NewClient(Short);

    private IMongoCollection<BsonDocument> Things => _client.GetDatabase("testdb").GetCollection<BsonDocument>("things");

    public void Dispose()
    {
        _client.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task AStoreThatVanishesFailsInTimeAndServesAgainWhenItIsBack()
    {
        await Things.InsertOneAsync(new BsonDocument("_id", 1));
        var away = _store.Directory + "-away";
        Directory.Move(_store.Directory, away);
        try
        {
            var started = Environment.TickCount64;
            Task[] all =
            [
                Assert.ThrowsAsync<TimeoutException>(() => Things.InsertOneAsync(new BsonDocument("_id", 2))),
                Assert.ThrowsAsync<TimeoutException>(() => Things.Find("{ }").ToListAsync()),
                Assert.ThrowsAsync<TimeoutException>(() => Things.UpdateOneAsync("{ }", "{ $set: { a: 1 } }")),
                Assert.ThrowsAsync<TimeoutException>(() => Things.CountDocumentsAsync("{ }")),
                Assert.ThrowsAsync<TimeoutException>(() => Things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{ a: 1 }"))),
                Assert.ThrowsAsync<TimeoutException>(() => _client.ListDatabaseNamesAsync()),
                Assert.ThrowsAsync<TimeoutException>(() => _client.GetDatabase("testdb").RunCommandAsync<BsonDocument>("{ ping: 1 }")),
            ];
            await Task.WhenAll(all);
            Assert.InRange(Environment.TickCount64 - started, Short.TotalMilliseconds - 50, Eventually.Limit.TotalMilliseconds);
            Assert.False(Directory.Exists(_store.Directory));
        }
        finally
        {
            Directory.Move(away, _store.Directory);
        }

        Assert.Equal(1, (await Things.Find("{ }").SingleAsync())["_id"]);
        await Things.InsertOneAsync(new BsonDocument("_id", 2));
        Assert.Equal(2, await Things.CountDocumentsAsync("{ }"));
    }

    [Fact]
    public async Task AnOperationWaitsForAStoreThatComesBackInTime()
    {
        using var patient = _store.NewClient(Eventually.Limit);
        var things = patient.GetDatabase("testdb").GetCollection<BsonDocument>("things");
        await things.InsertOneAsync(new BsonDocument("_id", 1));
        var away = _store.Directory + "-away";
        Directory.Move(_store.Directory, away);
        var reading = things.CountDocumentsAsync("{ }");
        var writing = things.InsertOneAsync(new BsonDocument("_id", 2));
        await Assert.ThrowsAsync<TimeoutException>(() => Things.CountDocumentsAsync("{ }"));
        Assert.False(reading.IsCompleted || writing.IsCompleted);
        Directory.Move(away, _store.Directory);

        Assert.InRange(await reading, 1, 2);
        await writing;
        Assert.Equal(2, await things.CountDocumentsAsync("{ }"));
    }

    [Fact]
    public async Task AStoreThatCameBackWithOtherFilesIsReadAnew()
    {
        await Things.InsertOneAsync(new BsonDocument("_id", 1));
        await Things.Find("{ }").ToListAsync();
        using (var other = new TemporaryStore())
        {
            await other.Collection<BsonDocument>().InsertManyAsync([new BsonDocument("_id", 10), new BsonDocument("_id", 11)]);
            other.Client.Dispose(); // Puts all of it into the one file.
            Directory.Delete(_store.Directory, recursive: true);
            Directory.CreateDirectory(_store.Directory);
            File.Copy(other.File, _store.File);
        }

        Assert.Equal(2, await Things.CountDocumentsAsync("{ }"));
        await Things.InsertOneAsync(new BsonDocument("_id", 12));
        _client.Dispose();
        Assert.Equal(3, await _store.Collection<BsonDocument>().CountDocumentsAsync("{ }"));
    }

    [Fact]
    public async Task AnEmptyDirectoryIsAnEmptyStore()
    {
        Assert.Empty(await Things.Find("{ }").ToListAsync());
        Assert.Equal(0, await Things.CountDocumentsAsync("{ }"));
        Assert.Equal(0, (await Things.DeleteManyAsync("{ }")).DeletedCount);
        Assert.Empty(await (await Things.Indexes.ListAsync()).ToListAsync());
        await _client.GetDatabase("testdb").RunCommandAsync<BsonDocument>("{ ping: 1 }");
    }

    [Fact]
    public async Task AWriteBehindAHeldLockFailsInTimeAndIsNeverDone()
    {
        await Things.InsertOneAsync(new BsonDocument("_id", 0));
        using (new HeldLock(_store.File))
        {
            var busyBefore = BusyThreads();
            var waiting = Enumerable.Range(1, 200).Select(i => Things.InsertOneAsync(new BsonDocument("_id", i))).ToArray();
            Assert.True(BusyThreads() - busyBefore < 50, "A waiting write must not block a thread.");

            // Reading goes on meanwhile.
            Assert.Equal(1, await Things.CountDocumentsAsync("{ }"));
            foreach (var write in waiting)
            {
                var slow = await Assert.ThrowsAsync<MongoConnectionException>(() => write);
                Assert.True(slow.ContainsTimeoutException);
            }
        }

        await Things.InsertOneAsync(new BsonDocument("_id", "after"));
        Assert.Equal(2, await Things.CountDocumentsAsync("{ }"));
    }

    [Fact]
    public async Task ACancelledOperationStopsAndIsNeverDone()
    {
        await Things.InsertOneAsync(new BsonDocument("_id", 0));
        using var patient = _store.NewClient(Eventually.Limit);
        var things = patient.GetDatabase("testdb").GetCollection<BsonDocument>("things");
        await things.CountDocumentsAsync("{ }");
        using (new HeldLock(_store.File))
        {
            using var cancelling = new CancellationTokenSource();
            var write = things.InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: cancelling.Token);
            var read = things.Find("{ }").ToListAsync(new CancellationToken(canceled: true));
            Assert.False(write.IsCompleted);
            await cancelling.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        }

        await things.InsertOneAsync(new BsonDocument("_id", 2));
        Assert.Equal([0, 2], (await things.Find("{ }").ToListAsync()).Select(d => d["_id"].AsInt32));
    }

    [Fact]
    public async Task ARefusedWriteLeavesTheOthersOfItsBatchAlone()
    {
        await Things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{ n: 1 }", new CreateIndexOptions { Unique = true }));
        Task[] writes;
        using (new HeldLock(_store.File))
        {
            // All wait for the lock together, so they are committed together.
            writes = [.. Enumerable.Range(0, 20).Select(i => Things.InsertOneAsync(new BsonDocument("n", i / 2)))];
        }

        var refused = 0;
        foreach (var write in writes)
        {
            try
            {
                await write;
            }
            catch (MongoWriteException fault) when (fault.WriteError.Code == 11000)
            {
                refused++;
            }
        }

        Assert.Equal(10, refused);
        Assert.Equal(Enumerable.Range(0, 10), (await Things.Find("{ }").ToListAsync()).Select(d => d["n"].AsInt32).Order());
    }

    [Fact]
    public void AServersConnectionStringIsRefusedWithTheWayOut()
    {
        var refused = Assert.Throws<MongoConfigurationException>(() => new MongoClient("mongodb://localhost:27017/accountsdb"));
        Assert.Contains("StandIns=false", refused.Message, StringComparison.Ordinal);
        Assert.Throws<MongoConfigurationException>(() => new MongoClient("redis://localhost"));
        Assert.Throws<MongoConfigurationException>(() => new MongoClient("mongodb://%2Ftmp%2Fx/db?socketTimeoutMS=soon"));
    }

    [Fact]
    public void AConnectionStringsOptionsAreRead()
    {
        var settings = MongoClientSettings.FromConnectionString(
            "mongodb://%2Ftmp%2Fx/db?serverSelectionTimeoutMS=700&socketTimeoutMS=900&connectTimeoutMS=800&appName=a%20b&maxPoolSize=5");
        Assert.Equal(TimeSpan.FromMilliseconds(700), settings.ServerSelectionTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(900), settings.SocketTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(800), settings.ConnectTimeout);
        Assert.Equal("a b", settings.ApplicationName);
        Assert.Equal("db", MongoUrl.Create("mongodb://%2Ftmp%2Fx/db").DatabaseName);
        Assert.Null(MongoUrl.Create("mongodb://%2Ftmp%2Fx").DatabaseName);
    }

    private static int BusyThreads()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return most - free;
    }

    /// <summary>Keeps the write lock, as another process in the middle of a long write does.</summary>
    private sealed class HeldLock : IDisposable
    {
        private readonly sqlite3 _other;

        internal HeldLock(string file)
        {
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(file, out _other));
            raw.sqlite3_busy_timeout(_other, 5000);
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(_other, "BEGIN IMMEDIATE"));
        }

        public void Dispose()
        {
            raw.sqlite3_exec(_other, "ROLLBACK");
            raw.sqlite3_close_v2(_other);
        }
    }
}
