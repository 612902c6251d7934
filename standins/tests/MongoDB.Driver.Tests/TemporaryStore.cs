using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

/// <summary>A store in a directory of its own, which goes with the test.</summary>
public sealed class TemporaryStore : IDisposable
{
    private readonly Lazy<MongoClient> _client;

    public TemporaryStore()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("godzilla-store-").FullName;
        _client = new Lazy<MongoClient>(() => NewClient());
    }

    public string Directory { get; }

    public string ConnectionString => $"mongodb://{Uri.EscapeDataString(Directory)}/testdb";

    public string File => Path.Combine(Directory, "testdb.db");

    public MongoClient Client => _client.Value;

    public IMongoDatabase Database => Client.GetDatabase("testdb");

    public IMongoCollection<T> Collection<T>(string name = "things") => Database.GetCollection<T>(name);

    public MongoClient NewClient(TimeSpan? timeout = null)
    {
        var settings = MongoClientSettings.FromConnectionString(ConnectionString);
        if (timeout is { } limit)
        {
            settings.ServerSelectionTimeout = limit;
        }

        return new MongoClient(settings);
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }

        if (System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
