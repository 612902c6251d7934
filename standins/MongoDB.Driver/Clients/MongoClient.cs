using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver;

/// <summary>The databases of a directory.</summary>
public sealed class MongoClient : IMongoClient
{
    private readonly ConcurrentDictionary<string, Lazy<Store>> _stores = new(StringComparer.Ordinal);
    private volatile bool _disposed;

    /// <summary>A client of a connection string.</summary>
    /// <param name="connectionString">The connection string; see <see cref="MongoUrl"/>.</param>
    public MongoClient(string connectionString)
        : this(MongoClientSettings.FromConnectionString(connectionString))
    {
    }

    /// <summary>A client of a connection string.</summary>
    /// <param name="url">The connection string.</param>
    public MongoClient(MongoUrl url)
        : this(MongoClientSettings.FromUrl(url))
    {
    }

    /// <summary>A client of some settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <exception cref="MongoConfigurationException">The settings name a server, not a directory.</exception>
    public MongoClient(MongoClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Url?.Directory is not { } directory)
        {
            throw new MongoConfigurationException(
                "This build's MongoDB.Driver is a stand-in that keeps documents in a directory and cannot reach a MongoDB server. "
                + "Give it mongodb://<percent-encoded absolute directory>/<database>, or build with StandIns=false.");
        }

        Settings = settings.FrozenCopy();
        Directory = Path.TrimEndingDirectorySeparator(directory);
    }

    /// <inheritdoc />
    public MongoClientSettings Settings { get; }

    internal string Directory { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        _disposed = true;
        foreach (var store in _stores.Values.Where(s => s.IsValueCreated))
        {
            store.Value.Dispose();
        }
    }

    /// <inheritdoc />
    public void DropDatabase(string name, CancellationToken cancellationToken = default) =>
        DropDatabaseAsync(name, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc />
    public Task DropDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        var store = StoreOf(new DatabaseNamespace(name));
        return CommandTrace.RunAsync(store, "dropDatabase", collection: null, () => store.DropAllAsync(cancellationToken));
    }

    /// <inheritdoc />
    public IMongoDatabase GetDatabase(string name, MongoDatabaseSettings settings = null)
    {
        var database = new DatabaseNamespace(name);
        return new MongoDatabase(this, database, settings ?? new MongoDatabaseSettings(), StoreOf(database));
    }

    /// <inheritdoc />
    public IAsyncCursor<string> ListDatabaseNames(CancellationToken cancellationToken = default) =>
        ListDatabaseNamesAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc />
    public async Task<IAsyncCursor<string>> ListDatabaseNamesAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var limit = Deadline.After(Settings.ServerSelectionTimeout);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var names = System.IO.Directory.GetFiles(Directory, "*" + Store.Extension)
                    .Select(file => Store.NameOf(Path.GetFileName(file)))
                    .Where(name => name != null)
                    .Order(StringComparer.Ordinal);
                return new Cursor<string>([.. names], 1000);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                if (limit.IsOver)
                {
                    throw StoreFaults.NotFound(Directory, Settings.ServerSelectionTimeout, fault);
                }
            }

            await Task.Delay(limit.Pause(TimeSpan.FromMilliseconds(50)), cancellationToken);
        }
    }

    private Store StoreOf(DatabaseNamespace database)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _stores.GetOrAdd(database.DatabaseName, name => new Lazy<Store>(() => new Store(Directory, name, Settings))).Value;
    }
}

internal sealed class MongoDatabase(MongoClient client, DatabaseNamespace name, MongoDatabaseSettings settings, Store store) : IMongoDatabase
{
    public IMongoClient Client => client;

    public DatabaseNamespace DatabaseNamespace => name;

    public MongoDatabaseSettings Settings => settings;

    internal Store Store => store;

    public void CreateCollection(string name, CreateCollectionOptions options = null, CancellationToken cancellationToken = default) =>
        CreateCollectionAsync(name, options, cancellationToken).GetAwaiter().GetResult();

    public async Task CreateCollectionAsync(
        string name, CreateCollectionOptions options = null, CancellationToken cancellationToken = default)
    {
        var collection = new CollectionNamespace(DatabaseNamespace, name).CollectionName;
        try
        {
            await CommandTrace.RunAsync(store, "create", collection, () => store.CreateCollectionAsync(collection, cancellationToken));
        }
        catch (WriteFault fault)
        {
            throw fault.AsCommand(store.Connection, "create", collection);
        }
    }

    public void DropCollection(string name, CancellationToken cancellationToken = default) =>
        DropCollectionAsync(name, cancellationToken).GetAwaiter().GetResult();

    public Task DropCollectionAsync(string name, CancellationToken cancellationToken = default)
    {
        var collection = new CollectionNamespace(DatabaseNamespace, name).CollectionName;
        return CommandTrace.RunAsync(store, "drop", collection, () => store.DropCollectionAsync(collection, cancellationToken));
    }

    public IMongoCollection<TDocument> GetCollection<TDocument>(string name, MongoCollectionSettings settings = null) =>
        new MongoCollection<TDocument>(this, new CollectionNamespace(DatabaseNamespace, name), settings ?? new MongoCollectionSettings());

    public IAsyncCursor<string> ListCollectionNames(
        ListCollectionNamesOptions options = null, CancellationToken cancellationToken = default) =>
        ListCollectionNamesAsync(options, cancellationToken).GetAwaiter().GetResult();

    public async Task<IAsyncCursor<string>> ListCollectionNamesAsync(
        ListCollectionNamesOptions options = null, CancellationToken cancellationToken = default) =>
        new Cursor<string>(
            await CommandTrace.RunAsync(store, "listCollections", collection: null, () => store.ListCollectionsAsync(cancellationToken)),
            1000);

    public TResult RunCommand<TResult>(
        Command<TResult> command, ReadPreference readPreference = null, CancellationToken cancellationToken = default) =>
        RunCommandAsync(command, readPreference, cancellationToken).GetAwaiter().GetResult();

    public async Task<TResult> RunCommandAsync<TResult>(
        Command<TResult> command, ReadPreference readPreference = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var document = command.Render();
        var operation = document.ElementCount == 0 ? "" : document.GetElement(0).Name;
        if (operation != "ping")
        {
            throw new NotSupportedException($"RunCommand '{operation}' is not supported; only 'ping' is.");
        }

        await CommandTrace.RunAsync(store, operation, collection: null, () => store.PingAsync(cancellationToken));
        return BsonSerializer.Deserialize<TResult>(new BsonDocument("ok", 1.0));
    }
}
