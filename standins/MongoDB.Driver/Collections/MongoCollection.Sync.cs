namespace MongoDB.Driver;

// Writes run on the store's own thread and reads on the caller's, so waiting for the asynchronous method cannot deadlock.
internal sealed partial class MongoCollection<TDocument>
{
    public long CountDocuments(
        FilterDefinition<TDocument> filter, CountOptions options = null, CancellationToken cancellationToken = default) =>
        CountDocumentsAsync(filter, options, cancellationToken).GetAwaiter().GetResult();

    public DeleteResult DeleteMany(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default) =>
        DeleteManyAsync(filter, cancellationToken).GetAwaiter().GetResult();

    public DeleteResult DeleteMany(
        FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        DeleteManyAsync(filter, options, cancellationToken).GetAwaiter().GetResult();

    public DeleteResult DeleteOne(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default) =>
        DeleteOneAsync(filter, cancellationToken).GetAwaiter().GetResult();

    public DeleteResult DeleteOne(
        FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        DeleteOneAsync(filter, options, cancellationToken).GetAwaiter().GetResult();

    public long EstimatedDocumentCount(EstimatedDocumentCountOptions options = null, CancellationToken cancellationToken = default) =>
        EstimatedDocumentCountAsync(options, cancellationToken).GetAwaiter().GetResult();

    public IAsyncCursor<TProjection> FindSync<TProjection>(
        FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        FindAsync(filter, options, cancellationToken).GetAwaiter().GetResult();

    public TProjection FindOneAndDelete<TProjection>(
        FilterDefinition<TDocument> filter, FindOneAndDeleteOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        FindOneAndDeleteAsync(filter, options, cancellationToken).GetAwaiter().GetResult();

    public TProjection FindOneAndReplace<TProjection>(
        FilterDefinition<TDocument> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        FindOneAndReplaceAsync(filter, replacement, options, cancellationToken).GetAwaiter().GetResult();

    public TProjection FindOneAndUpdate<TProjection>(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        FindOneAndUpdateAsync(filter, update, options, cancellationToken).GetAwaiter().GetResult();

    public void InsertMany(
        IEnumerable<TDocument> documents, InsertManyOptions options = null, CancellationToken cancellationToken = default) =>
        InsertManyAsync(documents, options, cancellationToken).GetAwaiter().GetResult();

    public void InsertOne(TDocument document, InsertOneOptions options = null, CancellationToken cancellationToken = default) =>
        InsertOneAsync(document, options, cancellationToken).GetAwaiter().GetResult();

    public ReplaceOneResult ReplaceOne(
        FilterDefinition<TDocument> filter, TDocument replacement, ReplaceOptions options = null, CancellationToken cancellationToken = default) =>
        ReplaceOneAsync(filter, replacement, options, cancellationToken).GetAwaiter().GetResult();

    public UpdateResult UpdateMany(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default) =>
        UpdateManyAsync(filter, update, options, cancellationToken).GetAwaiter().GetResult();

    public UpdateResult UpdateOne(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default) =>
        UpdateOneAsync(filter, update, options, cancellationToken).GetAwaiter().GetResult();
}
