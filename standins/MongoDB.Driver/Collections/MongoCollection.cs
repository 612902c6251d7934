using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Driver.Core.Connections;
using MongoDB.Driver.Query;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver;

internal sealed partial class MongoCollection<TDocument>(MongoDatabase database, CollectionNamespace name, MongoCollectionSettings settings)
    : IMongoCollection<TDocument>
{
    private readonly CollectionStore _store = new(database.Store, name.CollectionName);
    private readonly IBsonSerializer _serializer = BsonSerializer.LookupSerializer<TDocument>();

    public CollectionNamespace CollectionNamespace => name;

    public IMongoDatabase Database => database;

    public IBsonSerializer<TDocument> DocumentSerializer => (IBsonSerializer<TDocument>)_serializer;

    public IMongoIndexManager<TDocument> Indexes => new MongoIndexManager<TDocument>(name, _store, _serializer);

    public MongoCollectionSettings Settings => settings;

    private ConnectionId Connection => database.Store.Connection;

    public async Task<long> CountDocumentsAsync(
        FilterDefinition<TDocument> filter, CountOptions options = null, CancellationToken cancellationToken = default)
    {
        var rendered = Render(filter);
        return await CommandAsync("aggregate", () => _store.CountAsync(
            rendered, options?.Skip ?? 0, options?.Limit ?? 0, cancellationToken));
    }

    public async Task<long> EstimatedDocumentCountAsync(
        EstimatedDocumentCountOptions options = null, CancellationToken cancellationToken = default) =>
        await TraceAsync("count", () => _store.CountAsync([], 0, 0, cancellationToken));

    public Task<DeleteResult> DeleteManyAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default) =>
        DeleteAsync(filter, many: true, cancellationToken);

    public Task<DeleteResult> DeleteManyAsync(
        FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        DeleteAsync(filter, many: true, cancellationToken);

    public Task<DeleteResult> DeleteOneAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default) =>
        DeleteAsync(filter, many: false, cancellationToken);

    public Task<DeleteResult> DeleteOneAsync(
        FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        DeleteAsync(filter, many: false, cancellationToken);

    public async Task<IAsyncCursor<TProjection>> FindAsync<TProjection>(
        FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default)
    {
        var rendered = Render(filter);
        var projection = Render(options?.Projection);
        if (options?.Skip < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), "Skip must not be negative.");
        }

        // A negative limit asks a server for one batch, so for at most that many.
        var limit = Math.Abs((long)(options?.Limit ?? 0));
        var documents = await CommandAsync("find", () => _store.FindAsync(
            new FindRequest(rendered, options?.Sort?.Render(_serializer), options?.Skip ?? 0, limit, projection.Document),
            cancellationToken));
        return new Cursor<TProjection>(documents.ConvertAll(d => projection.Read(d)), options?.BatchSize is > 0 and var size ? size : 1000);
    }

    public async Task<TProjection> FindOneAndDeleteAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        FindOneAndDeleteOptions<TDocument, TProjection> options = null,
        CancellationToken cancellationToken = default) =>
        await FindAndModifyAsync(
            filter, options?.Sort, options?.Projection, new Change.Delete(), upsert: false, after: false, cancellationToken);

    public async Task<TProjection> FindOneAndReplaceAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        TDocument replacement,
        FindOneAndReplaceOptions<TDocument, TProjection> options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        return await FindAndModifyAsync(
            filter, options?.Sort, options?.Projection, new Change.Replace(WriteDocument(replacement)),
            options?.IsUpsert ?? false, options?.ReturnDocument == ReturnDocument.After, cancellationToken);
    }

    public async Task<TProjection> FindOneAndUpdateAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        UpdateDefinition<TDocument> update,
        FindOneAndUpdateOptions<TDocument, TProjection> options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return await FindAndModifyAsync(
            filter, options?.Sort, options?.Projection, RenderUpdate(update),
            options?.IsUpsert ?? false, options?.ReturnDocument == ReturnDocument.After, cancellationToken);
    }

    public async Task InsertOneAsync(TDocument document, InsertOneOptions options = null, CancellationToken cancellationToken = default)
    {
        if (document is null)
        {
            throw new ArgumentNullException(nameof(document));
        }

        var written = WriteNewDocument(document);
        var outcome = await TraceAsync("insert", () => _store.InsertAsync([written], ordered: true, cancellationToken));
        if (outcome.Faults.Count > 0)
        {
            throw outcome.Faults[0].Fault.AsWrite(Connection);
        }
    }

    public async Task InsertManyAsync(
        IEnumerable<TDocument> documents, InsertManyOptions options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        TDocument[] all = [.. documents];
        if (all.Length == 0)
        {
            throw new ArgumentException("Must contain at least 1 request.", nameof(documents));
        }

        if (Array.Exists(all, d => d is null))
        {
            throw new ArgumentNullException(nameof(documents), "One of the documents is null.");
        }

        var written = Array.ConvertAll(all, WriteNewDocument);
        var ordered = options?.IsOrdered ?? true;
        var outcome = await TraceAsync("insert", () => _store.InsertAsync(written, ordered, cancellationToken));
        if (outcome.Faults.Count > 0)
        {
            var models = Array.ConvertAll(all, d => (WriteModel<TDocument>)new InsertOneModel<TDocument>(d));
            var tried = ordered ? outcome.Faults[0].Index + 1 : all.Length;
            throw new MongoBulkWriteException<TDocument>(
                Connection,
                new InsertManyResult<TDocument>(all.Length, outcome.Inserted, models[..tried]),
                outcome.Faults.ConvertAll(f => new BulkWriteError(f.Index, f.Fault.Category, f.Fault.Code, f.Fault.Message, f.Fault.Details)),
                writeConcernError: null,
                models[tried..]);
        }
    }

    public async Task<ReplaceOneResult> ReplaceOneAsync(
        FilterDefinition<TDocument> filter,
        TDocument replacement,
        ReplaceOptions options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        var change = new Change.Replace(WriteDocument(replacement));
        var sort = (options as ReplaceOptions<TDocument>)?.Sort;
        var outcome = await ChangeAsync(filter, sort, change, many: false, options?.IsUpsert ?? false, cancellationToken);
        return new ReplaceOneResult.Acknowledged(outcome.Matched, outcome.Modified, outcome.UpsertedId);
    }

    public Task<UpdateResult> UpdateManyAsync(
        FilterDefinition<TDocument> filter,
        UpdateDefinition<TDocument> update,
        UpdateOptions options = null,
        CancellationToken cancellationToken = default) => UpdateAsync(filter, update, options, many: true, cancellationToken);

    public Task<UpdateResult> UpdateOneAsync(
        FilterDefinition<TDocument> filter,
        UpdateDefinition<TDocument> update,
        UpdateOptions options = null,
        CancellationToken cancellationToken = default) => UpdateAsync(filter, update, options, many: false, cancellationToken);

    private async Task<UpdateResult> UpdateAsync(
        FilterDefinition<TDocument> filter,
        UpdateDefinition<TDocument> update,
        UpdateOptions options,
        bool many,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        var sort = (options as UpdateOptions<TDocument>)?.Sort;
        if (many && sort != null)
        {
            throw new NotSupportedException("UpdateMany with a sort is not supported.");
        }

        var outcome = await ChangeAsync(filter, sort, RenderUpdate(update), many, options?.IsUpsert ?? false, cancellationToken);
        return new UpdateResult.Acknowledged(outcome.Matched, outcome.Modified, outcome.UpsertedId);
    }

    private async Task<ChangeOutcome> ChangeAsync(
        FilterDefinition<TDocument> filter,
        SortDefinition<TDocument> sort,
        Change change,
        bool many,
        bool upsert,
        CancellationToken cancellationToken)
    {
        var request = new ChangeRequest(Render(filter), sort?.Render(_serializer), change, many, upsert);
        try
        {
            return await TraceAsync("update", () => _store.ChangeAsync(request, cancellationToken));
        }
        catch (WriteFault fault)
        {
            throw fault.AsWrite(Connection);
        }
    }

    private async Task<DeleteResult> DeleteAsync(FilterDefinition<TDocument> filter, bool many, CancellationToken cancellationToken)
    {
        var request = new ChangeRequest(Render(filter), Sort: null, new Change.Delete(), many, Upsert: false);
        try
        {
            var outcome = await TraceAsync("delete", () => _store.ChangeAsync(request, cancellationToken));
            return new DeleteResult.Acknowledged(outcome.Matched);
        }
        catch (WriteFault fault)
        {
            throw fault.AsWrite(Connection);
        }
    }

    private async Task<TProjection> FindAndModifyAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        SortDefinition<TDocument> sort,
        ProjectionDefinition<TDocument, TProjection> projection,
        Change change,
        bool upsert,
        bool after,
        CancellationToken cancellationToken)
    {
        var request = new ChangeRequest(Render(filter), sort?.Render(_serializer), change, Many: false, upsert);
        var reading = Render(projection);
        var outcome = await CommandAsync("findAndModify", () => _store.ChangeAsync(request, cancellationToken));
        var document = after ? outcome.After : outcome.Before;
        return document is null ? default : reading.Read(Projector.Apply(reading.Document, document));
    }

    private BsonDocument Render(FilterDefinition<TDocument> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return filter.Render(_serializer);
    }

    private RenderedProjection<TProjection> Render<TProjection>(ProjectionDefinition<TDocument, TProjection> projection)
    {
        if (projection != null)
        {
            return projection.Render(_serializer);
        }

        var serializer = typeof(TProjection) == typeof(TDocument) ? _serializer : BsonSerializer.LookupSerializer<TProjection>();
        return new RenderedProjection<TProjection>(null, document => (TProjection)serializer.Read(document));
    }

    private Change.Update RenderUpdate(UpdateDefinition<TDocument> update) => new(update.Render(_serializer));

    private static BsonDocument WriteDocument(TDocument document) => BsonExtensionMethods.WriteRoot(document);

    private static BsonDocument WriteNewDocument(TDocument document)
    {
        IdAssignment.Assign(document);
        return WriteDocument(document);
    }

    private async Task<T> CommandAsync<T>(string command, Func<Task<T>> run)
    {
        try
        {
            return await TraceAsync(command, run);
        }
        catch (WriteFault fault)
        {
            throw fault.AsCommand(Connection, command, name.CollectionName);
        }
    }

    private Task<T> TraceAsync<T>(string operation, Func<Task<T>> run) =>
        CommandTrace.RunAsync(database.Store, operation, name.CollectionName, run);
}
