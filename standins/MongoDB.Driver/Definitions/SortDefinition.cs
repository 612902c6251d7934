using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>The order of documents.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public abstract class SortDefinition<TDocument>
{
    private protected SortDefinition()
    {
    }

    /// <summary>From names and 1 or -1; null stays null.</summary>
    public static implicit operator SortDefinition<TDocument>(BsonDocument document) =>
        document == null ? null : new BsonDocumentSortDefinition<TDocument>(document);

    /// <summary>From names and 1 or -1 in JSON; null stays null.</summary>
    public static implicit operator SortDefinition<TDocument>(string json) =>
        json == null ? null : new JsonSortDefinition<TDocument>(json);

    internal abstract BsonDocument Render(IBsonSerializer root);

    /// <summary>As a sort of array items: a document of fields, or a bare direction.</summary>
    internal virtual BsonValue RenderValue(IBsonSerializer root) => Render(root);
}

/// <summary>A sort as names and 1 or -1.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class BsonDocumentSortDefinition<TDocument> : SortDefinition<TDocument>
{
    /// <summary>A sort as names and 1 or -1.</summary>
    /// <param name="document">The sort.</param>
    public BsonDocumentSortDefinition(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Document = document;
    }

    /// <summary>The sort.</summary>
    public BsonDocument Document { get; }

    internal override BsonDocument Render(IBsonSerializer root) => Document;
}

/// <summary>A sort as names and 1 or -1, as JSON.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class JsonSortDefinition<TDocument> : SortDefinition<TDocument>
{
    /// <summary>A sort as names and 1 or -1.</summary>
    /// <param name="json">The sort.</param>
    public JsonSortDefinition(string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        Json = json;
    }

    /// <summary>The sort.</summary>
    public string Json { get; }

    internal override BsonDocument Render(IBsonSerializer root) => BsonDocument.Parse(Json);
}

internal sealed class FieldSortDefinition<TDocument>(FieldDefinition<TDocument> field, int direction) : SortDefinition<TDocument>
{
    internal override BsonDocument Render(IBsonSerializer root) => new(field.Render(root).Name, direction);
}

internal sealed class ValueSortDefinition<TDocument>(int direction) : SortDefinition<TDocument>
{
    internal override BsonDocument Render(IBsonSerializer root) =>
        throw new InvalidOperationException("A value-based sort cannot be rendered as a document.");

    internal override BsonValue RenderValue(IBsonSerializer root) => direction;
}

internal sealed class CombinedSortDefinition<TDocument>(SortDefinition<TDocument>[] sorts) : SortDefinition<TDocument>
{
    internal override BsonDocument Render(IBsonSerializer root)
    {
        var whole = new BsonDocument();
        foreach (var element in sorts.SelectMany(sort => sort.Render(root)))
        {
            // A field named twice counts where it is named last, as in the real driver.
            whole.Remove(element.Name);
            whole.Add(element);
        }

        return whole;
    }
}

/// <summary>Makes sorts.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
[SuppressMessage("Performance", "CA1822", Justification = "The real type's members are instance members.")]
public sealed class SortDefinitionBuilder<TDocument>
{
    /// <summary>Array items themselves, the least first.</summary>
    public SortDefinition<TDocument> Ascending() => new ValueSortDefinition<TDocument>(1);

    /// <summary>The least first.</summary>
    /// <param name="field">The field.</param>
    public SortDefinition<TDocument> Ascending(FieldDefinition<TDocument> field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new FieldSortDefinition<TDocument>(field, 1);
    }

    /// <summary>The least first.</summary>
    /// <param name="field">The field.</param>
    public SortDefinition<TDocument> Ascending(Expression<Func<TDocument, object>> field) =>
        Ascending(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>By the first sort, then by the next.</summary>
    /// <param name="sorts">The sorts.</param>
    public SortDefinition<TDocument> Combine(params SortDefinition<TDocument>[] sorts)
    {
        ArgumentNullException.ThrowIfNull(sorts);
        return new CombinedSortDefinition<TDocument>(sorts);
    }

    /// <summary>By the first sort, then by the next.</summary>
    /// <param name="sorts">The sorts.</param>
    public SortDefinition<TDocument> Combine(IEnumerable<SortDefinition<TDocument>> sorts) => Combine([.. sorts]);

    /// <summary>Array items themselves, the greatest first.</summary>
    public SortDefinition<TDocument> Descending() => new ValueSortDefinition<TDocument>(-1);

    /// <summary>The greatest first.</summary>
    /// <param name="field">The field.</param>
    public SortDefinition<TDocument> Descending(FieldDefinition<TDocument> field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new FieldSortDefinition<TDocument>(field, -1);
    }

    /// <summary>The greatest first.</summary>
    /// <param name="field">The field.</param>
    public SortDefinition<TDocument> Descending(Expression<Func<TDocument, object>> field) =>
        Descending(new ExpressionFieldDefinition<TDocument>(field));
}

/// <summary>Sorts that follow one another.</summary>
public static class SortDefinitionExtensions
{
    /// <summary>Then the least first.</summary>
    /// <param name="sort">The sort before.</param>
    /// <param name="field">The field.</param>
    public static SortDefinition<TDocument> Ascending<TDocument>(this SortDefinition<TDocument> sort, FieldDefinition<TDocument> field) =>
        Builders<TDocument>.Sort.Combine(sort, Builders<TDocument>.Sort.Ascending(field));

    /// <summary>Then the least first.</summary>
    /// <param name="sort">The sort before.</param>
    /// <param name="field">The field.</param>
    public static SortDefinition<TDocument> Ascending<TDocument>(
        this SortDefinition<TDocument> sort, Expression<Func<TDocument, object>> field) =>
        Builders<TDocument>.Sort.Combine(sort, Builders<TDocument>.Sort.Ascending(field));

    /// <summary>Then the greatest first.</summary>
    /// <param name="sort">The sort before.</param>
    /// <param name="field">The field.</param>
    public static SortDefinition<TDocument> Descending<TDocument>(this SortDefinition<TDocument> sort, FieldDefinition<TDocument> field) =>
        Builders<TDocument>.Sort.Combine(sort, Builders<TDocument>.Sort.Descending(field));

    /// <summary>Then the greatest first.</summary>
    /// <param name="sort">The sort before.</param>
    /// <param name="field">The field.</param>
    public static SortDefinition<TDocument> Descending<TDocument>(
        this SortDefinition<TDocument> sort, Expression<Func<TDocument, object>> field) =>
        Builders<TDocument>.Sort.Combine(sort, Builders<TDocument>.Sort.Descending(field));
}
