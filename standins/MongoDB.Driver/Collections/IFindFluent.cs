using System.Linq.Expressions;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>A search that is put together step by step.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of them.</typeparam>
public interface IFindFluent<TDocument, TProjection> : IAsyncCursorSource<TProjection>
{
    /// <summary>Which documents.</summary>
    FilterDefinition<TDocument> Filter { get; set; }

    /// <summary>The options so far.</summary>
    FindOptions<TDocument, TProjection> Options { get; }

    /// <summary>How many documents fit the filter, after skip and limit.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    long CountDocuments(CancellationToken cancellationToken = default);

    /// <summary>How many documents fit the filter, after skip and limit.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task<long> CountDocumentsAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops after some documents.</summary>
    /// <param name="limit">How many; null or 0 for all.</param>
    IFindFluent<TDocument, TProjection> Limit(int? limit);

    /// <summary>Makes something of each document.</summary>
    /// <typeparam name="TNewProjection">What is made of it.</typeparam>
    /// <param name="projection">The projection.</param>
    IFindFluent<TDocument, TNewProjection> Project<TNewProjection>(ProjectionDefinition<TDocument, TNewProjection> projection);

    /// <summary>Leaves the first documents out.</summary>
    /// <param name="skip">How many.</param>
    IFindFluent<TDocument, TProjection> Skip(int? skip);

    /// <summary>Orders the documents.</summary>
    /// <param name="sort">The order.</param>
    IFindFluent<TDocument, TProjection> Sort(SortDefinition<TDocument> sort);
}

/// <summary>A search whose order may be refined.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of them.</typeparam>
public interface IOrderedFindFluent<TDocument, TProjection> : IFindFluent<TDocument, TProjection>
{
}

internal sealed class FindFluent<TDocument, TProjection>(
    IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection> options)
    : IOrderedFindFluent<TDocument, TProjection>
{
    public FilterDefinition<TDocument> Filter { get; set; } = filter;

    public FindOptions<TDocument, TProjection> Options => options;

    public long CountDocuments(CancellationToken cancellationToken = default) =>
        collection.CountDocuments(Filter, CountOptions(), cancellationToken);

    public Task<long> CountDocumentsAsync(CancellationToken cancellationToken = default) =>
        collection.CountDocumentsAsync(Filter, CountOptions(), cancellationToken);

    public IFindFluent<TDocument, TProjection> Limit(int? limit)
    {
        options.Limit = limit;
        return this;
    }

    public IFindFluent<TDocument, TNewProjection> Project<TNewProjection>(ProjectionDefinition<TDocument, TNewProjection> projection) =>
        new FindFluent<TDocument, TNewProjection>(collection, Filter, new FindOptions<TDocument, TNewProjection>
        {
            BatchSize = options.BatchSize,
            Limit = options.Limit,
            Projection = projection,
            Skip = options.Skip,
            Sort = options.Sort,
        });

    public IFindFluent<TDocument, TProjection> Skip(int? skip)
    {
        options.Skip = skip;
        return this;
    }

    public IFindFluent<TDocument, TProjection> Sort(SortDefinition<TDocument> sort)
    {
        options.Sort = sort;
        return this;
    }

    public IAsyncCursor<TProjection> ToCursor(CancellationToken cancellationToken = default) =>
        collection.FindSync(Filter, options, cancellationToken);

    public Task<IAsyncCursor<TProjection>> ToCursorAsync(CancellationToken cancellationToken = default) =>
        collection.FindAsync(Filter, options, cancellationToken);

    private CountOptions CountOptions() => new() { Limit = options.Limit, Skip = options.Skip };
}

/// <summary>More steps of a search.</summary>
public static class IFindFluentExtensions
{
    /// <summary>Reads some fields of each document.</summary>
    /// <param name="find">The search.</param>
    /// <param name="projection">The projection.</param>
    public static IFindFluent<TDocument, BsonDocument> Project<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, ProjectionDefinition<TDocument, BsonDocument> projection)
    {
        ArgumentNullException.ThrowIfNull(find);
        return find.Project<BsonDocument>(projection);
    }

    /// <summary>Makes something of each document.</summary>
    /// <param name="find">The search.</param>
    /// <param name="projection">The function.</param>
    public static IFindFluent<TDocument, TNewProjection> Project<TDocument, TProjection, TNewProjection>(
        this IFindFluent<TDocument, TProjection> find, Expression<Func<TDocument, TNewProjection>> projection)
    {
        ArgumentNullException.ThrowIfNull(find);
        return find.Project(new FindExpressionProjectionDefinition<TDocument, TNewProjection>(projection));
    }

    /// <summary>The least first.</summary>
    /// <param name="find">The search.</param>
    /// <param name="field">The field.</param>
    public static IOrderedFindFluent<TDocument, TProjection> SortBy<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, Expression<Func<TDocument, object>> field)
    {
        ArgumentNullException.ThrowIfNull(find);
        return (IOrderedFindFluent<TDocument, TProjection>)find.Sort(Builders<TDocument>.Sort.Ascending(field));
    }

    /// <summary>The greatest first.</summary>
    /// <param name="find">The search.</param>
    /// <param name="field">The field.</param>
    public static IOrderedFindFluent<TDocument, TProjection> SortByDescending<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, Expression<Func<TDocument, object>> field)
    {
        ArgumentNullException.ThrowIfNull(find);
        return (IOrderedFindFluent<TDocument, TProjection>)find.Sort(Builders<TDocument>.Sort.Descending(field));
    }

    /// <summary>Then the least first.</summary>
    /// <param name="find">The search.</param>
    /// <param name="field">The field.</param>
    public static IOrderedFindFluent<TDocument, TProjection> ThenBy<TDocument, TProjection>(
        this IOrderedFindFluent<TDocument, TProjection> find, Expression<Func<TDocument, object>> field)
    {
        ArgumentNullException.ThrowIfNull(find);
        return (IOrderedFindFluent<TDocument, TProjection>)find.Sort(find.Options.Sort.Ascending(field));
    }

    /// <summary>Then the greatest first.</summary>
    /// <param name="find">The search.</param>
    /// <param name="field">The field.</param>
    public static IOrderedFindFluent<TDocument, TProjection> ThenByDescending<TDocument, TProjection>(
        this IOrderedFindFluent<TDocument, TProjection> find, Expression<Func<TDocument, object>> field)
    {
        ArgumentNullException.ThrowIfNull(find);
        return (IOrderedFindFluent<TDocument, TProjection>)find.Sort(find.Options.Sort.Descending(field));
    }

    /// <summary>Whether any document fits.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static bool Any<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.Any(AtMost(find, 1), cancellationToken);

    /// <summary>Whether any document fits.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<bool> AnyAsync<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.AnyAsync(AtMost(find, 1), cancellationToken);

    /// <summary>The first document.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TProjection First<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.First(AtMost(find, 1), cancellationToken);

    /// <summary>The first document.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TProjection> FirstAsync<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.FirstAsync(AtMost(find, 1), cancellationToken);

    /// <summary>The first document, or the default value.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TProjection FirstOrDefault<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.FirstOrDefault(AtMost(find, 1), cancellationToken);

    /// <summary>The first document, or the default value.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TProjection> FirstOrDefaultAsync<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.FirstOrDefaultAsync(AtMost(find, 1), cancellationToken);

    /// <summary>The only document.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TProjection Single<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.Single(AtMost(find, 2), cancellationToken);

    /// <summary>The only document.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TProjection> SingleAsync<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.SingleAsync(AtMost(find, 2), cancellationToken);

    /// <summary>The only document, or the default value when there is none.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TProjection SingleOrDefault<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.SingleOrDefault(AtMost(find, 2), cancellationToken);

    /// <summary>The only document, or the default value when there is none.</summary>
    /// <param name="find">The search.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<TProjection> SingleOrDefaultAsync<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default) =>
        IAsyncCursorSourceExtensions.SingleOrDefaultAsync(AtMost(find, 2), cancellationToken);

    private static IFindFluent<TDocument, TProjection> AtMost<TDocument, TProjection>(IFindFluent<TDocument, TProjection> find, int limit)
    {
        ArgumentNullException.ThrowIfNull(find);
        var own = find.Options.Limit is { } set and > 0 ? Math.Min(set, limit) : limit;
        return find.Project(find.Options.Projection).Limit(own);
    }
}
