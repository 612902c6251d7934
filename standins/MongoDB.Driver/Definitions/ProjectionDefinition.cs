using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>Which fields are read (null: all), and what becomes of them.</summary>
internal sealed record RenderedProjection<TProjection>(BsonDocument Document, Func<BsonDocument, TProjection> Read);

/// <summary>Which parts of a document are read.</summary>
/// <typeparam name="TSource">The documents' type.</typeparam>
public abstract class ProjectionDefinition<TSource>
{
    private protected ProjectionDefinition()
    {
    }

    /// <summary>From names and 1 or 0; null stays null.</summary>
    public static implicit operator ProjectionDefinition<TSource>(BsonDocument document) =>
        document == null ? null : new FieldsProjectionDefinition<TSource>(_ => document);

    /// <summary>From names and 1 or 0 in JSON; null stays null.</summary>
    public static implicit operator ProjectionDefinition<TSource>(string json) =>
        json == null ? null : new FieldsProjectionDefinition<TSource>(_ => BsonDocument.Parse(json));

    internal abstract BsonDocument Render(IBsonSerializer root);
}

/// <summary>Which parts of a document are read, and as what.</summary>
/// <typeparam name="TSource">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of them.</typeparam>
public abstract class ProjectionDefinition<TSource, TProjection>
{
    private protected ProjectionDefinition()
    {
    }

    /// <summary>From names and 1 or 0; null stays null.</summary>
    public static implicit operator ProjectionDefinition<TSource, TProjection>(BsonDocument document) =>
        (ProjectionDefinition<TSource>)document;

    /// <summary>From names and 1 or 0 in JSON; null stays null.</summary>
    public static implicit operator ProjectionDefinition<TSource, TProjection>(string json) => (ProjectionDefinition<TSource>)json;

    /// <summary>The same fields, read as <typeparamref name="TProjection"/>; null stays null.</summary>
    public static implicit operator ProjectionDefinition<TSource, TProjection>(ProjectionDefinition<TSource> projection) =>
        projection == null ? null : new TypedProjectionDefinition<TSource, TProjection>(projection);

    internal abstract RenderedProjection<TProjection> Render(IBsonSerializer root);
}

/// <summary>A projection by a function, which runs over the document that was read.</summary>
/// <typeparam name="TSource">The documents' type.</typeparam>
/// <typeparam name="TProjection">What is made of them.</typeparam>
public sealed class FindExpressionProjectionDefinition<TSource, TProjection> : ProjectionDefinition<TSource, TProjection>
{
    private readonly Func<TSource, TProjection> _project;

    /// <summary>A projection by a function.</summary>
    /// <param name="expression">The function.</param>
    public FindExpressionProjectionDefinition(Expression<Func<TSource, TProjection>> expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        Expression = expression;
        _project = expression.Compile(preferInterpretation: true);
    }

    /// <summary>The function.</summary>
    public Expression<Func<TSource, TProjection>> Expression { get; }

    internal override RenderedProjection<TProjection> Render(IBsonSerializer root) =>
        new(null, document => _project((TSource)root.Read(document)));
}

internal sealed class TypedProjectionDefinition<TSource, TProjection>(ProjectionDefinition<TSource> fields)
    : ProjectionDefinition<TSource, TProjection>
{
    internal override RenderedProjection<TProjection> Render(IBsonSerializer root)
    {
        var serializer = typeof(TProjection) == typeof(TSource) ? root : BsonSerializer.LookupSerializer<TProjection>();
        return new RenderedProjection<TProjection>(fields?.Render(root), document => (TProjection)serializer.Read(document));
    }
}

internal sealed class FieldsProjectionDefinition<TSource>(Func<IBsonSerializer, BsonDocument> render) : ProjectionDefinition<TSource>
{
    internal override BsonDocument Render(IBsonSerializer root) => render(root);
}

/// <summary>Makes projections.</summary>
/// <typeparam name="TSource">The documents' type.</typeparam>
[SuppressMessage("Performance", "CA1822", Justification = "The real type's members are instance members.")]
public sealed class ProjectionDefinitionBuilder<TSource>
{
    /// <summary>The whole document, read as another type.</summary>
    /// <typeparam name="TProjection">The type.</typeparam>
    public ProjectionDefinition<TSource, TProjection> As<TProjection>(IBsonSerializer<TProjection> projectionSerializer = null) =>
        projectionSerializer == null
            ? new TypedProjectionDefinition<TSource, TProjection>(null)
            : throw new NotSupportedException("As with a serializer of its own is not supported.");

    /// <summary>Some projections as one.</summary>
    /// <param name="projections">The projections.</param>
    public ProjectionDefinition<TSource> Combine(params ProjectionDefinition<TSource>[] projections)
    {
        ArgumentNullException.ThrowIfNull(projections);
        return new FieldsProjectionDefinition<TSource>(root =>
        {
            var whole = new BsonDocument();
            foreach (var element in projections.SelectMany(projection => projection.Render(root)))
            {
                whole.Remove(element.Name);
                whole.Add(element);
            }

            return whole;
        });
    }

    /// <summary>Some projections as one.</summary>
    /// <param name="projections">The projections.</param>
    public ProjectionDefinition<TSource> Combine(IEnumerable<ProjectionDefinition<TSource>> projections) => Combine([.. projections]);

    /// <summary>Everything but a field.</summary>
    /// <param name="field">The field.</param>
    public ProjectionDefinition<TSource> Exclude(FieldDefinition<TSource> field) => Make(field, 0);

    /// <summary>Everything but a field.</summary>
    /// <param name="field">The field.</param>
    public ProjectionDefinition<TSource> Exclude(Expression<Func<TSource, object>> field) =>
        Exclude(new ExpressionFieldDefinition<TSource>(field));

    /// <summary>What a function makes of a document.</summary>
    /// <typeparam name="TProjection">What it makes.</typeparam>
    /// <param name="expression">The function.</param>
    public ProjectionDefinition<TSource, TProjection> Expression<TProjection>(Expression<Func<TSource, TProjection>> expression) =>
        new FindExpressionProjectionDefinition<TSource, TProjection>(expression);

    /// <summary>A field, with the <c>_id</c>.</summary>
    /// <param name="field">The field.</param>
    public ProjectionDefinition<TSource> Include(FieldDefinition<TSource> field) => Make(field, 1);

    /// <summary>A field, with the <c>_id</c>.</summary>
    /// <param name="field">The field.</param>
    public ProjectionDefinition<TSource> Include(Expression<Func<TSource, object>> field) =>
        Include(new ExpressionFieldDefinition<TSource>(field));

    private static FieldsProjectionDefinition<TSource> Make(FieldDefinition<TSource> field, int value)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new FieldsProjectionDefinition<TSource>(root => new BsonDocument(field.Render(root).Name, value));
    }
}

/// <summary>Projections that follow one another.</summary>
public static class ProjectionDefinitionExtensions
{
    /// <summary>And without a field.</summary>
    /// <param name="projection">The projection before.</param>
    /// <param name="field">The field.</param>
    public static ProjectionDefinition<TDocument> Exclude<TDocument>(
        this ProjectionDefinition<TDocument> projection, FieldDefinition<TDocument> field) =>
        Builders<TDocument>.Projection.Combine(projection, Builders<TDocument>.Projection.Exclude(field));

    /// <summary>And without a field.</summary>
    /// <param name="projection">The projection before.</param>
    /// <param name="field">The field.</param>
    public static ProjectionDefinition<TDocument> Exclude<TDocument>(
        this ProjectionDefinition<TDocument> projection, Expression<Func<TDocument, object>> field) =>
        Builders<TDocument>.Projection.Combine(projection, Builders<TDocument>.Projection.Exclude(field));

    /// <summary>And a field.</summary>
    /// <param name="projection">The projection before.</param>
    /// <param name="field">The field.</param>
    public static ProjectionDefinition<TDocument> Include<TDocument>(
        this ProjectionDefinition<TDocument> projection, FieldDefinition<TDocument> field) =>
        Builders<TDocument>.Projection.Combine(projection, Builders<TDocument>.Projection.Include(field));

    /// <summary>And a field.</summary>
    /// <param name="projection">The projection before.</param>
    /// <param name="field">The field.</param>
    public static ProjectionDefinition<TDocument> Include<TDocument>(
        this ProjectionDefinition<TDocument> projection, Expression<Func<TDocument, object>> field) =>
        Builders<TDocument>.Projection.Combine(projection, Builders<TDocument>.Projection.Include(field));
}
