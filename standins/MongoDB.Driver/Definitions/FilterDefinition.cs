using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>Which documents an operation is about.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public abstract class FilterDefinition<TDocument>
{
    private protected FilterDefinition()
    {
    }

    /// <summary>Every document.</summary>
    public static FilterDefinition<TDocument> Empty { get; } = new RenderedFilterDefinition<TDocument>(_ => []);

    /// <summary>From MongoDB's query language; null stays null.</summary>
    public static implicit operator FilterDefinition<TDocument>(BsonDocument document) =>
        document == null ? null : new BsonDocumentFilterDefinition<TDocument>(document);

    /// <summary>From a predicate; null stays null.</summary>
    public static implicit operator FilterDefinition<TDocument>(Expression<Func<TDocument, bool>> predicate) =>
        predicate == null ? null : new ExpressionFilterDefinition<TDocument>(predicate);

    /// <summary>From MongoDB's query language in JSON; null stays null.</summary>
    public static implicit operator FilterDefinition<TDocument>(string json) =>
        json == null ? null : new JsonFilterDefinition<TDocument>(json);

    /// <summary>Documents that fit both.</summary>
    public static FilterDefinition<TDocument> operator &(FilterDefinition<TDocument> lhs, FilterDefinition<TDocument> rhs) =>
        Builders<TDocument>.Filter.And(lhs, rhs);

    /// <summary>Documents that fit either.</summary>
    public static FilterDefinition<TDocument> operator |(FilterDefinition<TDocument> lhs, FilterDefinition<TDocument> rhs) =>
        Builders<TDocument>.Filter.Or(lhs, rhs);

    /// <summary>Documents that do not fit.</summary>
    public static FilterDefinition<TDocument> operator !(FilterDefinition<TDocument> op) => Builders<TDocument>.Filter.Not(op);

    internal abstract BsonDocument Render(IBsonSerializer root);
}

/// <summary>A filter in MongoDB's query language.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class BsonDocumentFilterDefinition<TDocument> : FilterDefinition<TDocument>
{
    /// <summary>A filter in MongoDB's query language.</summary>
    /// <param name="document">The filter.</param>
    public BsonDocumentFilterDefinition(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Document = document;
    }

    /// <summary>The filter.</summary>
    public BsonDocument Document { get; }

    internal override BsonDocument Render(IBsonSerializer root) => Document;
}

/// <summary>A predicate as a filter.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class ExpressionFilterDefinition<TDocument> : FilterDefinition<TDocument>
{
    /// <summary>A predicate as a filter.</summary>
    /// <param name="expression">The predicate.</param>
    public ExpressionFilterDefinition(Expression<Func<TDocument, bool>> expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        Expression = expression;
    }

    /// <summary>The predicate.</summary>
    public Expression<Func<TDocument, bool>> Expression { get; }

    internal override BsonDocument Render(IBsonSerializer root) => LambdaFilter.Translate(Expression, root);
}

/// <summary>A filter in MongoDB's query language, as JSON.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class JsonFilterDefinition<TDocument> : FilterDefinition<TDocument>
{
    /// <summary>A filter in MongoDB's query language.</summary>
    /// <param name="json">The filter.</param>
    public JsonFilterDefinition(string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        Json = json;
    }

    /// <summary>The filter.</summary>
    public string Json { get; }

    internal override BsonDocument Render(IBsonSerializer root) => BsonDocument.Parse(Json);
}

internal sealed class RenderedFilterDefinition<TDocument>(Func<IBsonSerializer, BsonDocument> render) : FilterDefinition<TDocument>
{
    internal override BsonDocument Render(IBsonSerializer root) => render(root);
}

/// <summary>Makes filters, updates, sorts, projections and index keys.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
[SuppressMessage("Naming", "CA1716", Justification = "The real type's name.")]
public static class Builders<TDocument>
{
    /// <summary>Makes filters.</summary>
    public static FilterDefinitionBuilder<TDocument> Filter { get; } = new();

    /// <summary>Makes the keys of indexes.</summary>
    public static IndexKeysDefinitionBuilder<TDocument> IndexKeys { get; } = new();

    /// <summary>Makes projections.</summary>
    public static ProjectionDefinitionBuilder<TDocument> Projection { get; } = new();

    /// <summary>Makes sorts.</summary>
    public static SortDefinitionBuilder<TDocument> Sort { get; } = new();

    /// <summary>Makes updates.</summary>
    public static UpdateDefinitionBuilder<TDocument> Update { get; } = new();
}
