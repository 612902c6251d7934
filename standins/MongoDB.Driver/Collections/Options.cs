namespace MongoDB.Driver;

/// <summary>Which state of a document an operation returns.</summary>
public enum ReturnDocument
{
    /// <summary>The one before it.</summary>
    Before,

    /// <summary>The one after it.</summary>
    After,
}

/// <summary>Options of counting.</summary>
public sealed class CountOptions
{
    /// <summary>Where to stop counting.</summary>
    public long? Limit { get; set; }

    /// <summary>How many to leave out.</summary>
    public long? Skip { get; set; }
}

/// <summary>Options of estimating the number of documents. The stand-in has none.</summary>
public sealed class EstimatedDocumentCountOptions
{
}

/// <summary>Options of removing. The stand-in has none.</summary>
public sealed class DeleteOptions
{
}

/// <summary>Options of inserting one document. The stand-in has none.</summary>
public sealed class InsertOneOptions
{
}

/// <summary>Options of inserting several documents.</summary>
public sealed class InsertManyOptions
{
    /// <summary>Whether to stop at the first that is refused.</summary>
    public bool IsOrdered { get; set; } = true;
}

/// <summary>Options of updating.</summary>
public class UpdateOptions
{
    /// <summary>Whether to insert a document when none fits.</summary>
    public bool IsUpsert { get; set; }
}

/// <summary>Options of updating, with a sort.</summary>
/// <typeparam name="T">The documents' type.</typeparam>
public sealed class UpdateOptions<T> : UpdateOptions
{
    /// <summary>Which document is the first.</summary>
    public SortDefinition<T> Sort { get; set; }
}

/// <summary>Options of replacing.</summary>
public class ReplaceOptions
{
    /// <summary>Whether to insert the document when none fits.</summary>
    public bool IsUpsert { get; set; }
}

/// <summary>Options of replacing, with a sort.</summary>
/// <typeparam name="T">The documents' type.</typeparam>
public sealed class ReplaceOptions<T> : ReplaceOptions
{
    /// <summary>Which document is the first.</summary>
    public SortDefinition<T> Sort { get; set; }
}

/// <summary>What the options of finding have in common.</summary>
public abstract class FindOptionsBase
{
    private protected FindOptionsBase()
    {
    }

    /// <summary>How many documents come at once.</summary>
    public int? BatchSize { get; set; }
}

/// <summary>Options of finding.</summary>
public class FindOptions : FindOptionsBase
{
}

/// <summary>Options of finding, with a projection.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of them.</typeparam>
public class FindOptions<TDocument, TProjection> : FindOptionsBase
{
    /// <summary>How many documents at most; null or 0 for all.</summary>
    public int? Limit { get; set; }

    /// <summary>What is read.</summary>
    public ProjectionDefinition<TDocument, TProjection> Projection { get; set; }

    /// <summary>How many documents to leave out.</summary>
    public int? Skip { get; set; }

    /// <summary>The order.</summary>
    public SortDefinition<TDocument> Sort { get; set; }
}

/// <summary>Options of finding whole documents.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public class FindOptions<TDocument> : FindOptions<TDocument, TDocument>
{
}

/// <summary>Options of finding and removing a document.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of it.</typeparam>
public class FindOneAndDeleteOptions<TDocument, TProjection>
{
    /// <summary>What is read.</summary>
    public ProjectionDefinition<TDocument, TProjection> Projection { get; set; }

    /// <summary>Which document is the first.</summary>
    public SortDefinition<TDocument> Sort { get; set; }
}

/// <summary>Options of finding and removing a whole document.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public class FindOneAndDeleteOptions<TDocument> : FindOneAndDeleteOptions<TDocument, TDocument>
{
}

/// <summary>Options of finding and replacing a document.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of it.</typeparam>
public class FindOneAndReplaceOptions<TDocument, TProjection>
{
    /// <summary>Whether to insert the document when none fits.</summary>
    public bool IsUpsert { get; set; }

    /// <summary>What is read.</summary>
    public ProjectionDefinition<TDocument, TProjection> Projection { get; set; }

    /// <summary>Which state is returned.</summary>
    public ReturnDocument ReturnDocument { get; set; } = ReturnDocument.Before;

    /// <summary>Which document is the first.</summary>
    public SortDefinition<TDocument> Sort { get; set; }
}

/// <summary>Options of finding and replacing a whole document.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public class FindOneAndReplaceOptions<TDocument> : FindOneAndReplaceOptions<TDocument, TDocument>
{
}

/// <summary>Options of finding and updating a document.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of it.</typeparam>
public class FindOneAndUpdateOptions<TDocument, TProjection>
{
    /// <summary>Whether to insert a document when none fits.</summary>
    public bool IsUpsert { get; set; }

    /// <summary>What is read.</summary>
    public ProjectionDefinition<TDocument, TProjection> Projection { get; set; }

    /// <summary>Which state is returned.</summary>
    public ReturnDocument ReturnDocument { get; set; } = ReturnDocument.Before;

    /// <summary>Which document is the first.</summary>
    public SortDefinition<TDocument> Sort { get; set; }
}

/// <summary>Options of finding and updating a whole document.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public class FindOneAndUpdateOptions<TDocument> : FindOneAndUpdateOptions<TDocument, TDocument>
{
}

/// <summary>Options of an index.</summary>
public class CreateIndexOptions
{
    /// <summary>Has no effect, as in every server since 4.2.</summary>
    public bool? Background { get; set; }

    /// <summary>The index's name; null to make one of its keys.</summary>
    public string Name { get; set; }

    /// <summary>Whether documents without any of the fields stay out of it.</summary>
    public bool? Sparse { get; set; }

    /// <summary>Whether two documents may not have the same key.</summary>
    public bool? Unique { get; set; }
}

/// <summary>Options of an index, with a filter.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public class CreateIndexOptions<TDocument> : CreateIndexOptions
{
    /// <summary>Which documents are in the index; null for all.</summary>
    public FilterDefinition<TDocument> PartialFilterExpression { get; set; }
}

/// <summary>Options of making one index. The stand-in has none.</summary>
public class CreateOneIndexOptions
{
}

/// <summary>Options of making several indexes. The stand-in has none.</summary>
public class CreateManyIndexesOptions
{
}

/// <summary>An index to be made.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class CreateIndexModel<TDocument>
{
    /// <summary>An index to be made.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="options">Its options.</param>
    public CreateIndexModel(IndexKeysDefinition<TDocument> keys, CreateIndexOptions options = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Keys = keys;
        Options = options switch
        {
            null => null,
            CreateIndexOptions<TDocument> typed => typed,
            _ => new CreateIndexOptions<TDocument>
            {
                Background = options.Background,
                Name = options.Name,
                Sparse = options.Sparse,
                Unique = options.Unique,
            },
        };
    }

    /// <summary>Its keys.</summary>
    public IndexKeysDefinition<TDocument> Keys { get; }

    /// <summary>Its options, or null.</summary>
    public CreateIndexOptions<TDocument> Options { get; }
}
