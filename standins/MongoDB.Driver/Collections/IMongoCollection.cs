using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>The documents of a collection.</summary>
/// <remarks>
/// Every operation throws <see cref="TimeoutException"/> when there is no store to be found, <see cref="MongoConnectionException"/> when
/// the store does not answer in time (a write that waited for another process's write has then left nothing behind), and
/// <see cref="NotSupportedException"/> for what this stand-in leaves out. Writes throw <see cref="MongoWriteException"/>,
/// <c>InsertMany</c> <see cref="MongoBulkWriteException{TDocument}"/>, and the <c>FindOneAnd</c> operations
/// <see cref="MongoCommandException"/> when the store refuses them.
/// </remarks>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public interface IMongoCollection<TDocument>
{
    /// <summary>The collection's name.</summary>
    CollectionNamespace CollectionNamespace { get; }

    /// <summary>The database.</summary>
    IMongoDatabase Database { get; }

    /// <summary>What documents are written with.</summary>
    IBsonSerializer<TDocument> DocumentSerializer { get; }

    /// <summary>The collection's indexes.</summary>
    IMongoIndexManager<TDocument> Indexes { get; }

    /// <summary>The collection's settings.</summary>
    MongoCollectionSettings Settings { get; }

    // Keeps the interface from being implemented elsewhere, where the real one asks for more.
    internal bool IsSealed => true;

    /// <summary>How many documents fit a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    long CountDocuments(FilterDefinition<TDocument> filter, CountOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>How many documents fit a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<long> CountDocumentsAsync(
        FilterDefinition<TDocument> filter, CountOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    DeleteResult DeleteMany(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<DeleteResult> DeleteManyAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    DeleteResult DeleteMany(FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<DeleteResult> DeleteManyAsync(
        FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    DeleteResult DeleteOne(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<DeleteResult> DeleteOneAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    DeleteResult DeleteOne(FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<DeleteResult> DeleteOneAsync(
        FilterDefinition<TDocument> filter, DeleteOptions options, CancellationToken cancellationToken = default);

    /// <summary>How many documents there are.</summary>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    long EstimatedDocumentCount(EstimatedDocumentCountOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>How many documents there are.</summary>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<long> EstimatedDocumentCountAsync(EstimatedDocumentCountOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>The documents that fit a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncCursor<TProjection> FindSync<TProjection>(
        FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>The documents that fit a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IAsyncCursor<TProjection>> FindAsync<TProjection>(
        FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    TProjection FindOneAndDelete<TProjection>(
        FilterDefinition<TDocument> filter, FindOneAndDeleteOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<TProjection> FindOneAndDeleteAsync<TProjection>(
        FilterDefinition<TDocument> filter, FindOneAndDeleteOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    TProjection FindOneAndReplace<TProjection>(
        FilterDefinition<TDocument> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<TProjection> FindOneAndReplaceAsync<TProjection>(
        FilterDefinition<TDocument> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    TProjection FindOneAndUpdate<TProjection>(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<TProjection> FindOneAndUpdateAsync<TProjection>(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default);

    /// <summary>Inserts documents.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    void InsertMany(IEnumerable<TDocument> documents, InsertManyOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Inserts documents.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task InsertManyAsync(
        IEnumerable<TDocument> documents, InsertManyOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Inserts a document; an empty <c>_id</c> is made and set on it.</summary>
    /// <param name="document">The document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    void InsertOne(TDocument document, InsertOneOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Inserts a document; an empty <c>_id</c> is made and set on it.</summary>
    /// <param name="document">The document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task InsertOneAsync(TDocument document, InsertOneOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces a document; its <c>_id</c> stays.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ReplaceOneResult ReplaceOne(
        FilterDefinition<TDocument> filter, TDocument replacement, ReplaceOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces a document; its <c>_id</c> stays.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ReplaceOneResult> ReplaceOneAsync(
        FilterDefinition<TDocument> filter, TDocument replacement, ReplaceOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates every document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    UpdateResult UpdateMany(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates every document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<UpdateResult> UpdateManyAsync(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates a document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    UpdateResult UpdateOne(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates a document that fits a filter.</summary>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<UpdateResult> UpdateOneAsync(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default);
}
