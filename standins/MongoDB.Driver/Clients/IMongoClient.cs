using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>The databases of a store.</summary>
public interface IMongoClient : IDisposable
{
    /// <summary>The client's settings.</summary>
    MongoClientSettings Settings { get; }

    // Keeps the interface from being implemented elsewhere, where the real one asks for more.
    internal bool IsSealed => true;

    /// <summary>Removes a database and all in it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    void DropDatabase(string name, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DropDatabase" />
    Task DropDatabaseAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>A database; it is made by the first write.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Its settings.</param>
    IMongoDatabase GetDatabase(string name, MongoDatabaseSettings settings = null);

    /// <summary>The databases' names.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncCursor<string> ListDatabaseNames(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListDatabaseNames" />
    Task<IAsyncCursor<string>> ListDatabaseNamesAsync(CancellationToken cancellationToken = default);
}

/// <summary>The collections of a database.</summary>
public interface IMongoDatabase
{
    /// <summary>The client.</summary>
    IMongoClient Client { get; }

    /// <summary>The database's name.</summary>
    DatabaseNamespace DatabaseNamespace { get; }

    /// <summary>The database's settings.</summary>
    MongoDatabaseSettings Settings { get; }

    internal bool IsSealed => true;

    /// <summary>Makes a collection.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Its options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MongoCommandException">It is there already (code 48).</exception>
    void CreateCollection(string name, CreateCollectionOptions options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="CreateCollection" />
    Task CreateCollectionAsync(string name, CreateCollectionOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a collection and its indexes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    void DropCollection(string name, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DropCollection" />
    Task DropCollectionAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>A collection; it is made by the first write.</summary>
    /// <typeparam name="TDocument">Its documents' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Its settings.</param>
    IMongoCollection<TDocument> GetCollection<TDocument>(string name, MongoCollectionSettings settings = null);

    /// <summary>The collections' names.</summary>
    /// <param name="options">None.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncCursor<string> ListCollectionNames(ListCollectionNamesOptions options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListCollectionNames" />
    Task<IAsyncCursor<string>> ListCollectionNamesAsync(
        ListCollectionNamesOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Runs a command: <c>ping</c>, and no other in this stand-in.</summary>
    /// <typeparam name="TResult">The answer's type.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="readPreference">None.</param>
    /// <param name="cancellationToken">Gives up.</param>
    TResult RunCommand<TResult>(
        Command<TResult> command, ReadPreference readPreference = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RunCommand" />
    Task<TResult> RunCommandAsync<TResult>(
        Command<TResult> command, ReadPreference readPreference = null, CancellationToken cancellationToken = default);
}

/// <summary>A command as a document.</summary>
/// <typeparam name="TResult">The answer's type.</typeparam>
public abstract class Command<TResult>
{
    private protected Command()
    {
    }

    /// <summary>From a document; null stays null.</summary>
    public static implicit operator Command<TResult>(BsonDocument document) =>
        document == null ? null : new BsonDocumentCommand<TResult>(document);

    /// <summary>From JSON; null stays null.</summary>
    public static implicit operator Command<TResult>(string json) => json == null ? null : new JsonCommand<TResult>(json);

    internal abstract BsonDocument Render();
}

/// <summary>A command as a document.</summary>
/// <typeparam name="TResult">The answer's type.</typeparam>
public sealed class BsonDocumentCommand<TResult> : Command<TResult>
{
    /// <summary>A command as a document.</summary>
    /// <param name="document">The command.</param>
    public BsonDocumentCommand(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Document = document;
    }

    /// <summary>The command.</summary>
    public BsonDocument Document { get; }

    internal override BsonDocument Render() => Document;
}

/// <summary>A command as JSON.</summary>
/// <typeparam name="TResult">The answer's type.</typeparam>
public sealed class JsonCommand<TResult> : Command<TResult>
{
    /// <summary>A command as JSON.</summary>
    /// <param name="json">The command.</param>
    public JsonCommand(string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        Json = json;
    }

    /// <summary>The command.</summary>
    public string Json { get; }

    internal override BsonDocument Render() => BsonDocument.Parse(Json);
}

/// <summary>From which of several servers to read. A store has but one.</summary>
public sealed class ReadPreference
{
    private ReadPreference()
    {
    }

    /// <summary>The one that takes the writes.</summary>
    public static ReadPreference Primary { get; } = new();
}

/// <summary>Options of making a collection. The stand-in has none.</summary>
public class CreateCollectionOptions
{
}

/// <summary>Options of listing collections. The stand-in has none.</summary>
public sealed class ListCollectionNamesOptions
{
}
