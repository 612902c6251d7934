using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Storing;
using MongoDB.Bson;

namespace Mongod.Engine;

/// <summary>Deletes, once a minute, the documents that a TTL index says have expired.</summary>
internal sealed class Expiry : IAsyncDisposable
{
    private const int MostAtOnce = 1000;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Databases _databases;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _sweeping = new(1);
    private volatile bool _disposed;

    internal Expiry(Databases databases)
    {
        _databases = databases;
        _timer = databases.Time.CreateTimer(_ => _ = SweepAsync(), null, Period, Period);
    }

    internal async Task SweepAsync()
    {
        await _sweeping.WaitAsync();
        try
        {
            foreach (var name in _databases.Names)
            {
                if (_databases.Find(name) is { } database)
                {
                    await SweepAsync(database);
                }
            }
        }
        catch (Exception fault) when (fault is CommandException or IOException)
        {
            // The next minute tries again.
        }
        finally
        {
            _sweeping.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _timer.DisposeAsync();
        await _sweeping.WaitAsync();
        _sweeping.Dispose();
    }

    private async Task SweepAsync(Database database)
    {
        var indexes = database.Read(session => session.Catalog.Collections.Values
            .SelectMany(c => c.Indexes.Where(i => i.Specification.ExpireAfterSeconds != null).Select(i => (c.Name, i.Specification)))
            .ToArray());
        foreach (var (collection, specification) in indexes)
        {
            var before = _databases.Time.GetUtcNow().AddSeconds(-specification.ExpireAfterSeconds!.Value).UtcDateTime;
            var field = specification.Keys.GetElement(0).Name;

            // Of an array, the earliest date counts, which is what a comparison with any of the items finds.
            var filter = new BsonDocument(field, new BsonDocument("$lt", before));
            var matcher = new Matcher(specification.Partial is { } partial ? new BsonDocument("$and", new BsonArray { filter, partial }) : filter);
            while (!_disposed && await database.WriteAsync(session => Delete(session, collection, matcher), Deadline.Never, CancellationToken.None) == MostAtOnce)
            {
            }
        }
    }

    private static int Delete(Session session, string collection, Matcher matcher)
    {
        if (session.Find(collection) is not { } table)
        {
            return 0;
        }

        var expired = new Scan(collection, new Query(matcher)).Next(session, MostAtOnce);
        foreach (var row in expired)
        {
            session.Delete(table, row);
        }

        return expired.Count;
    }
}
