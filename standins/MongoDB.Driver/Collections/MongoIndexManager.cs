using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver;

internal sealed class MongoIndexManager<TDocument>(CollectionNamespace name, CollectionStore store, IBsonSerializer serializer)
    : IMongoIndexManager<TDocument>
{
    public CollectionNamespace CollectionNamespace => name;

    public string CreateOne(
        CreateIndexModel<TDocument> model, CreateOneIndexOptions options = null, CancellationToken cancellationToken = default) =>
        CreateOneAsync(model, options, cancellationToken).GetAwaiter().GetResult();

    public IEnumerable<string> CreateMany(
        IEnumerable<CreateIndexModel<TDocument>> models, CancellationToken cancellationToken = default) =>
        CreateManyAsync(models, cancellationToken).GetAwaiter().GetResult();

    public IEnumerable<string> CreateMany(
        IEnumerable<CreateIndexModel<TDocument>> models, CreateManyIndexesOptions options, CancellationToken cancellationToken = default) =>
        CreateManyAsync(models, options, cancellationToken).GetAwaiter().GetResult();

    public void DropAll(CancellationToken cancellationToken = default) =>
        DropAllAsync(cancellationToken).GetAwaiter().GetResult();

    public void DropOne(string name, CancellationToken cancellationToken = default) =>
        DropOneAsync(name, cancellationToken).GetAwaiter().GetResult();

    public IAsyncCursor<BsonDocument> List(CancellationToken cancellationToken = default) =>
        ListAsync(cancellationToken).GetAwaiter().GetResult();

    public async Task<string> CreateOneAsync(
        CreateIndexModel<TDocument> model, CreateOneIndexOptions options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return (await CreateManyAsync([model], cancellationToken)).Single();
    }

    public async Task<IEnumerable<string>> CreateManyAsync(
        IEnumerable<CreateIndexModel<TDocument>> models, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        var specifications = models.Select(Specify).ToList();
        if (specifications.Count == 0)
        {
            throw new ArgumentException("Must contain at least 1 model.", nameof(models));
        }

        await RunAsync("createIndexes", () => store.CreateIndexesAsync(specifications, cancellationToken));
        return specifications.ConvertAll(s => s.Name);
    }

    public Task<IEnumerable<string>> CreateManyAsync(
        IEnumerable<CreateIndexModel<TDocument>> models, CreateManyIndexesOptions options, CancellationToken cancellationToken = default) =>
        CreateManyAsync(models, cancellationToken);

    public Task DropAllAsync(CancellationToken cancellationToken = default) =>
        RunAsync("dropIndexes", () => store.DropIndexesAsync("*", cancellationToken));

    public Task DropOneAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name == "*"
            ? throw new ArgumentException("Cannot specify '*' for the index name. Use DropAll to drop all indexes.", nameof(name))
            : RunAsync("dropIndexes", () => store.DropIndexesAsync(name, cancellationToken));
    }

    public async Task<IAsyncCursor<BsonDocument>> ListAsync(CancellationToken cancellationToken = default) =>
        new Cursor<BsonDocument>(await RunAsync("listIndexes", () => store.ListIndexesAsync(cancellationToken)), 1000);

    private IndexSpecification Specify(CreateIndexModel<TDocument> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var keys = model.Keys.Render(serializer);
        return IndexSpecification.Create(
            keys,
            model.Options?.Name,
            model.Options?.Unique ?? false,
            model.Options?.Sparse ?? false,
            model.Options?.PartialFilterExpression?.Render(serializer));
    }

    private async Task<T> RunAsync<T>(string command, Func<Task<T>> run)
    {
        try
        {
            return await CommandTrace.RunAsync(store.Database, command, name.CollectionName, run);
        }
        catch (WriteFault fault)
        {
            throw fault.AsCommand(store.Database.Connection, command, name.CollectionName);
        }
    }
}
