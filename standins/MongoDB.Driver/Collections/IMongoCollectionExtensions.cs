using System.Linq.Expressions;

namespace MongoDB.Driver;

/// <summary>The same operations with predicates as filters, and whole documents as results.</summary>
public static class IMongoCollectionExtensions
{
    /// <summary>Begins to find documents.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    public static IFindFluent<TDocument, TDocument> Find<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOptions options = null)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(filter);
        return new FindFluent<TDocument, TDocument>(
            collection, filter, new FindOptions<TDocument, TDocument> { BatchSize = options?.BatchSize });
    }

    /// <summary>Begins to find documents.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    public static IFindFluent<TDocument, TDocument> Find<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOptions options = null) =>
        collection.Find(new ExpressionFilterDefinition<TDocument>(filter), options);

    /// <summary>How many documents fit a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static long CountDocuments<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CountOptions options = null, CancellationToken cancellationToken = default) =>
        collection.CountDocuments(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>How many documents fit a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<long> CountDocumentsAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CountOptions options = null, CancellationToken cancellationToken = default) =>
        collection.CountDocumentsAsync(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static DeleteResult DeleteMany<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CancellationToken cancellationToken = default) =>
        collection.DeleteMany(new ExpressionFilterDefinition<TDocument>(filter), cancellationToken);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<DeleteResult> DeleteManyAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CancellationToken cancellationToken = default) =>
        collection.DeleteManyAsync(new ExpressionFilterDefinition<TDocument>(filter), cancellationToken);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static DeleteResult DeleteMany<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        collection.DeleteMany(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes every document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<DeleteResult> DeleteManyAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        collection.DeleteManyAsync(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static DeleteResult DeleteOne<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CancellationToken cancellationToken = default) =>
        collection.DeleteOne(new ExpressionFilterDefinition<TDocument>(filter), cancellationToken);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<DeleteResult> DeleteOneAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CancellationToken cancellationToken = default) =>
        collection.DeleteOneAsync(new ExpressionFilterDefinition<TDocument>(filter), cancellationToken);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static DeleteResult DeleteOne<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        collection.DeleteOne(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes a document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<DeleteResult> DeleteOneAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, DeleteOptions options, CancellationToken cancellationToken = default) =>
        collection.DeleteOneAsync(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>The documents that fit a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static IAsyncCursor<TDocument> FindSync<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindSync<TDocument>(filter, options, cancellationToken);

    /// <summary>The documents that fit a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static IAsyncCursor<TDocument> FindSync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindSync<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>The documents that fit a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IAsyncCursor<TDocument>> FindAsync<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindAsync<TDocument>(filter, options, cancellationToken);

    /// <summary>The documents that fit a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IAsyncCursor<TDocument>> FindAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindAsync<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FindOneAndDelete<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOneAndDeleteOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndDelete<TDocument>(filter, options, cancellationToken);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FindOneAndDelete<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOneAndDeleteOptions<TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndDelete<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TProjection FindOneAndDelete<TDocument, TProjection>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOneAndDeleteOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndDelete<TProjection>(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TDocument> FindOneAndDeleteAsync<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOneAndDeleteOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndDeleteAsync<TDocument>(filter, options, cancellationToken);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TDocument> FindOneAndDeleteAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOneAndDeleteOptions<TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndDeleteAsync<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Removes a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TProjection> FindOneAndDeleteAsync<TDocument, TProjection>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOneAndDeleteOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndDeleteAsync<TProjection>(new ExpressionFilterDefinition<TDocument>(filter), options, cancellationToken);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FindOneAndReplace<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndReplace<TDocument>(filter, replacement, options, cancellationToken);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FindOneAndReplace<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndReplace<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), replacement, options, cancellationToken);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TProjection FindOneAndReplace<TDocument, TProjection>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndReplace<TProjection>(new ExpressionFilterDefinition<TDocument>(filter), replacement, options, cancellationToken);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TDocument> FindOneAndReplaceAsync<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndReplaceAsync<TDocument>(filter, replacement, options, cancellationToken);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TDocument> FindOneAndReplaceAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndReplaceAsync<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), replacement, options, cancellationToken);

    /// <summary>Replaces a document and returns it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TProjection> FindOneAndReplaceAsync<TDocument, TProjection>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, TDocument replacement, FindOneAndReplaceOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndReplaceAsync<TProjection>(new ExpressionFilterDefinition<TDocument>(filter), replacement, options, cancellationToken);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FindOneAndUpdate<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndUpdate<TDocument>(filter, update, options, cancellationToken);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FindOneAndUpdate<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndUpdate<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TProjection FindOneAndUpdate<TDocument, TProjection>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndUpdate<TProjection>(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TDocument> FindOneAndUpdateAsync<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument, TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndUpdateAsync<TDocument>(filter, update, options, cancellationToken);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TDocument> FindOneAndUpdateAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndUpdateAsync<TDocument>(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);

    /// <summary>Updates a document and returns it, or the default value when none fits.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TProjection> FindOneAndUpdateAsync<TDocument, TProjection>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, FindOneAndUpdateOptions<TDocument, TProjection> options = null, CancellationToken cancellationToken = default) =>
        collection.FindOneAndUpdateAsync<TProjection>(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);

    /// <summary>Replaces a document; its <c>_id</c> stays.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ReplaceOneResult ReplaceOne<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, TDocument replacement, ReplaceOptions options = null, CancellationToken cancellationToken = default) =>
        collection.ReplaceOne(new ExpressionFilterDefinition<TDocument>(filter), replacement, options, cancellationToken);

    /// <summary>Replaces a document; its <c>_id</c> stays.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="replacement">The new document.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<ReplaceOneResult> ReplaceOneAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, TDocument replacement, ReplaceOptions options = null, CancellationToken cancellationToken = default) =>
        collection.ReplaceOneAsync(new ExpressionFilterDefinition<TDocument>(filter), replacement, options, cancellationToken);

    /// <summary>Updates every document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static UpdateResult UpdateMany<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default) =>
        collection.UpdateMany(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);

    /// <summary>Updates every document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<UpdateResult> UpdateManyAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default) =>
        collection.UpdateManyAsync(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);

    /// <summary>Updates a document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static UpdateResult UpdateOne<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default) =>
        collection.UpdateOne(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);

    /// <summary>Updates a document that fits a filter.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Which documents.</param>
    /// <param name="update">What changes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<UpdateResult> UpdateOneAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, UpdateDefinition<TDocument> update, UpdateOptions options = null, CancellationToken cancellationToken = default) =>
        collection.UpdateOneAsync(new ExpressionFilterDefinition<TDocument>(filter), update, options, cancellationToken);
}
