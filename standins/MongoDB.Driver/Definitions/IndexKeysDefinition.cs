using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>The fields of an index and their directions.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public abstract class IndexKeysDefinition<TDocument>
{
    private protected IndexKeysDefinition()
    {
    }

    /// <summary>From names and 1 or -1; null stays null.</summary>
    public static implicit operator IndexKeysDefinition<TDocument>(BsonDocument document) =>
        document == null ? null : new RenderedIndexKeysDefinition<TDocument>(_ => document);

    /// <summary>From names and 1 or -1 in JSON; null stays null.</summary>
    public static implicit operator IndexKeysDefinition<TDocument>(string json) =>
        json == null ? null : new RenderedIndexKeysDefinition<TDocument>(_ => BsonDocument.Parse(json));

    internal abstract BsonDocument Render(IBsonSerializer root);
}

internal sealed class RenderedIndexKeysDefinition<TDocument>(Func<IBsonSerializer, BsonDocument> render) : IndexKeysDefinition<TDocument>
{
    internal override BsonDocument Render(IBsonSerializer root) => render(root);
}

/// <summary>Makes the keys of indexes.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
[SuppressMessage("Performance", "CA1822", Justification = "The real type's members are instance members.")]
public sealed class IndexKeysDefinitionBuilder<TDocument>
{
    /// <summary>A field, the least first.</summary>
    /// <param name="field">The field.</param>
    public IndexKeysDefinition<TDocument> Ascending(FieldDefinition<TDocument> field) => Make(field, 1);

    /// <summary>A field, the least first.</summary>
    /// <param name="field">The field.</param>
    public IndexKeysDefinition<TDocument> Ascending(Expression<Func<TDocument, object>> field) =>
        Ascending(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>A field, the greatest first.</summary>
    /// <param name="field">The field.</param>
    public IndexKeysDefinition<TDocument> Descending(FieldDefinition<TDocument> field) => Make(field, -1);

    /// <summary>A field, the greatest first.</summary>
    /// <param name="field">The field.</param>
    public IndexKeysDefinition<TDocument> Descending(Expression<Func<TDocument, object>> field) =>
        Descending(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>The first keys, then the next.</summary>
    /// <param name="keys">The keys.</param>
    public IndexKeysDefinition<TDocument> Combine(params IndexKeysDefinition<TDocument>[] keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new RenderedIndexKeysDefinition<TDocument>(root =>
        {
            var whole = new BsonDocument();
            foreach (var element in keys.SelectMany(key => key.Render(root)))
            {
                whole.Add(whole.Contains(element.Name)
                    ? throw new MongoException(
                        $"The index keys definition contains multiple values for the field '{element.Name}'.")
                    : element);
            }

            return whole;
        });
    }

    /// <summary>The first keys, then the next.</summary>
    /// <param name="keys">The keys.</param>
    public IndexKeysDefinition<TDocument> Combine(IEnumerable<IndexKeysDefinition<TDocument>> keys) => Combine([.. keys]);

    private static RenderedIndexKeysDefinition<TDocument> Make(FieldDefinition<TDocument> field, int direction)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new RenderedIndexKeysDefinition<TDocument>(root => new BsonDocument(field.Render(root).Name, direction));
    }
}

/// <summary>Keys that follow one another.</summary>
public static class IndexKeysDefinitionExtensions
{
    /// <summary>Then a field, the least first.</summary>
    /// <param name="keys">The keys before.</param>
    /// <param name="field">The field.</param>
    public static IndexKeysDefinition<TDocument> Ascending<TDocument>(
        this IndexKeysDefinition<TDocument> keys, FieldDefinition<TDocument> field) =>
        Builders<TDocument>.IndexKeys.Combine(keys, Builders<TDocument>.IndexKeys.Ascending(field));

    /// <summary>Then a field, the least first.</summary>
    /// <param name="keys">The keys before.</param>
    /// <param name="field">The field.</param>
    public static IndexKeysDefinition<TDocument> Ascending<TDocument>(
        this IndexKeysDefinition<TDocument> keys, Expression<Func<TDocument, object>> field) =>
        Builders<TDocument>.IndexKeys.Combine(keys, Builders<TDocument>.IndexKeys.Ascending(field));

    /// <summary>Then a field, the greatest first.</summary>
    /// <param name="keys">The keys before.</param>
    /// <param name="field">The field.</param>
    public static IndexKeysDefinition<TDocument> Descending<TDocument>(
        this IndexKeysDefinition<TDocument> keys, FieldDefinition<TDocument> field) =>
        Builders<TDocument>.IndexKeys.Combine(keys, Builders<TDocument>.IndexKeys.Descending(field));

    /// <summary>Then a field, the greatest first.</summary>
    /// <param name="keys">The keys before.</param>
    /// <param name="field">The field.</param>
    public static IndexKeysDefinition<TDocument> Descending<TDocument>(
        this IndexKeysDefinition<TDocument> keys, Expression<Func<TDocument, object>> field) =>
        Builders<TDocument>.IndexKeys.Combine(keys, Builders<TDocument>.IndexKeys.Descending(field));
}
