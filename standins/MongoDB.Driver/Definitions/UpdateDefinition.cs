using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>What an operation changes.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public abstract class UpdateDefinition<TDocument>
{
    private protected UpdateDefinition()
    {
    }

    /// <summary>From update operators; null stays null.</summary>
    public static implicit operator UpdateDefinition<TDocument>(BsonDocument document) =>
        document == null ? null : new BsonDocumentUpdateDefinition<TDocument>(document);

    /// <summary>From update operators in JSON; null stays null.</summary>
    public static implicit operator UpdateDefinition<TDocument>(string json) =>
        json == null ? null : new JsonUpdateDefinition<TDocument>(json);

    internal abstract BsonDocument Render(IBsonSerializer root);
}

/// <summary>An update in update operators.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class BsonDocumentUpdateDefinition<TDocument> : UpdateDefinition<TDocument>
{
    /// <summary>An update in update operators.</summary>
    /// <param name="document">The update.</param>
    public BsonDocumentUpdateDefinition(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Document = document;
    }

    /// <summary>The update.</summary>
    public BsonDocument Document { get; }

    internal override BsonDocument Render(IBsonSerializer root) => Document;
}

/// <summary>An update in update operators, as JSON.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class JsonUpdateDefinition<TDocument> : UpdateDefinition<TDocument>
{
    /// <summary>An update in update operators.</summary>
    /// <param name="json">The update.</param>
    public JsonUpdateDefinition(string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        Json = json;
    }

    /// <summary>The update.</summary>
    public string Json { get; }

    internal override BsonDocument Render(IBsonSerializer root) => BsonDocument.Parse(Json);
}

internal sealed class RenderedUpdateDefinition<TDocument>(Func<IBsonSerializer, BsonDocument> render) : UpdateDefinition<TDocument>
{
    internal override BsonDocument Render(IBsonSerializer root) => render(root);
}
