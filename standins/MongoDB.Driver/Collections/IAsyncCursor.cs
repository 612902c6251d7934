namespace MongoDB.Driver;

/// <summary>Results, some at a time.</summary>
/// <typeparam name="TDocument">The results' type.</typeparam>
public interface IAsyncCursor<out TDocument> : IDisposable
{
    /// <summary>The results of this batch.</summary>
    IEnumerable<TDocument> Current { get; }

    /// <summary>Goes to the next batch.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is one.</returns>
    bool MoveNext(CancellationToken cancellationToken = default);

    /// <summary>Goes to the next batch.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is one.</returns>
    Task<bool> MoveNextAsync(CancellationToken cancellationToken = default);
}

/// <summary>Where results come from.</summary>
/// <typeparam name="TDocument">The results' type.</typeparam>
public interface IAsyncCursorSource<TDocument>
{
    // Keeps the interface from being implemented elsewhere.
    internal bool IsSealed => true;

    /// <summary>Begins to read the results.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncCursor<TDocument> ToCursor(CancellationToken cancellationToken = default);

    /// <summary>Begins to read the results.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IAsyncCursor<TDocument>> ToCursorAsync(CancellationToken cancellationToken = default);
}

internal sealed class Cursor<TDocument>(IReadOnlyList<TDocument> results, int batchSize) : IAsyncCursor<TDocument>
{
    private int _from = -1;
    private bool _disposed;

    public IEnumerable<TDocument> Current => _from >= 0 && _from < Math.Max(results.Count, 1)
        ? results.Skip(_from).Take(batchSize)
        : throw new InvalidOperationException("Enumeration has not started. Call MoveNext.");

    public bool MoveNext(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var next = _from < 0 ? 0 : _from + batchSize;
        if (next >= results.Count)
        {
            _from = int.MaxValue - batchSize;
            return false;
        }

        _from = next;
        return true;
    }

    public Task<bool> MoveNextAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<bool>(cancellationToken) : Task.FromResult(MoveNext(cancellationToken));

    public void Dispose() => _disposed = true;
}

/// <summary>Reads a cursor to the end.</summary>
public static class IAsyncCursorExtensions
{
    /// <summary>Whether there are results.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static bool Any<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (cursor.ToList(cancellationToken)).Count > 0;

    /// <summary>Whether there are results.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<bool> AnyAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (await cursor.ToListAsync(cancellationToken)).Count > 0;

    /// <summary>The first result.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument First<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (cursor.ToList(cancellationToken)).First();

    /// <summary>The first result.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> FirstAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (await cursor.ToListAsync(cancellationToken)).First();

    /// <summary>The first result, or the default value.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FirstOrDefault<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (cursor.ToList(cancellationToken)).FirstOrDefault();

    /// <summary>The first result, or the default value.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> FirstOrDefaultAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (await cursor.ToListAsync(cancellationToken)).FirstOrDefault();

    /// <summary>The only result.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument Single<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (cursor.ToList(cancellationToken)).Single();

    /// <summary>The only result.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> SingleAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (await cursor.ToListAsync(cancellationToken)).Single();

    /// <summary>The only result, or the default value when there is none.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument SingleOrDefault<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (cursor.ToList(cancellationToken)).SingleOrDefault();

    /// <summary>The only result, or the default value when there is none.</summary>
    /// <param name="cursor">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> SingleOrDefaultAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default) =>
        (await cursor.ToListAsync(cancellationToken)).SingleOrDefault();

    /// <summary>The results.</summary>
    /// <param name="source">The cursor.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static List<TDocument> ToList<TDocument>(this IAsyncCursor<TDocument> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var list = new List<TDocument>();
        using (source)
        {
            while (source.MoveNext(cancellationToken))
            {
                list.AddRange(source.Current);
            }
        }

        return list;
    }

    /// <summary>The results.</summary>
    /// <param name="source">The cursor.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<List<TDocument>> ToListAsync<TDocument>(
        this IAsyncCursor<TDocument> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var list = new List<TDocument>();
        using (source)
        {
            while (await source.MoveNextAsync(cancellationToken))
            {
                list.AddRange(source.Current);
            }
        }

        return list;
    }

    /// <summary>Calls a function for each result.</summary>
    /// <param name="source">The cursor.</param>
    /// <param name="processor">The function.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task ForEachAsync<TDocument>(
        this IAsyncCursor<TDocument> source, Func<TDocument, Task> processor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(processor);
        foreach (var document in await source.ToListAsync(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await processor(document);
        }
    }

    /// <summary>Calls a function for each result.</summary>
    /// <param name="source">The cursor.</param>
    /// <param name="processor">The function.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task ForEachAsync<TDocument>(
        this IAsyncCursor<TDocument> source, Action<TDocument> processor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(processor);
        foreach (var document in await source.ToListAsync(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            processor(document);
        }
    }

    /// <summary>The results one by one.</summary>
    /// <param name="cursor">The cursor.</param>
    public static async IAsyncEnumerable<TDocument> ToAsyncEnumerable<TDocument>(this IAsyncCursor<TDocument> cursor)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        using (cursor)
        {
            while (await cursor.MoveNextAsync())
            {
                foreach (var document in cursor.Current)
                {
                    yield return document;
                }
            }
        }
    }
}

/// <summary>Reads results to the end.</summary>
public static class IAsyncCursorSourceExtensions
{
    /// <summary>Whether there are results.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static bool Any<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (source.ToList(cancellationToken)).Count > 0;

    /// <summary>Whether there are results.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<bool> AnyAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (await source.ToListAsync(cancellationToken)).Count > 0;

    /// <summary>The first result.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument First<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (source.ToList(cancellationToken)).First();

    /// <summary>The first result.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> FirstAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (await source.ToListAsync(cancellationToken)).First();

    /// <summary>The first result, or the default value.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument FirstOrDefault<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (source.ToList(cancellationToken)).FirstOrDefault();

    /// <summary>The first result, or the default value.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> FirstOrDefaultAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (await source.ToListAsync(cancellationToken)).FirstOrDefault();

    /// <summary>The only result.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument Single<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (source.ToList(cancellationToken)).Single();

    /// <summary>The only result.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> SingleAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (await source.ToListAsync(cancellationToken)).Single();

    /// <summary>The only result, or the default value when there is none.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TDocument SingleOrDefault<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (source.ToList(cancellationToken)).SingleOrDefault();

    /// <summary>The only result, or the default value when there is none.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TDocument> SingleOrDefaultAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default) =>
        (await source.ToListAsync(cancellationToken)).SingleOrDefault();

    /// <summary>The results.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static List<TDocument> ToList<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.ToCursor(cancellationToken).ToList(cancellationToken);
    }

    /// <summary>The results.</summary>
    /// <param name="source">The results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<List<TDocument>> ToListAsync<TDocument>(
        this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return await (await source.ToCursorAsync(cancellationToken)).ToListAsync(cancellationToken);
    }

    /// <summary>Calls a function for each result.</summary>
    /// <param name="source">The results.</param>
    /// <param name="processor">The function.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task ForEachAsync<TDocument>(
        this IAsyncCursorSource<TDocument> source, Func<TDocument, Task> processor, CancellationToken cancellationToken = default) =>
        await (await source.ToCursorAsync(cancellationToken)).ForEachAsync(processor, cancellationToken);

    /// <summary>Calls a function for each result.</summary>
    /// <param name="source">The results.</param>
    /// <param name="processor">The function.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task ForEachAsync<TDocument>(
        this IAsyncCursorSource<TDocument> source, Action<TDocument> processor, CancellationToken cancellationToken = default) =>
        await (await source.ToCursorAsync(cancellationToken)).ForEachAsync(processor, cancellationToken);

    /// <summary>The results one by one.</summary>
    /// <param name="source">The results.</param>
    public static async IAsyncEnumerable<TDocument> ToAsyncEnumerable<TDocument>(this IAsyncCursorSource<TDocument> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        await foreach (var document in (await source.ToCursorAsync()).ToAsyncEnumerable())
        {
            yield return document;
        }
    }
}
