using System.Linq.Expressions;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>A path into a document, and what its values are written with, if that is known.</summary>
internal readonly record struct RenderedField(string Name, IBsonSerializer Serializer);

/// <summary>A field of a document.</summary>
/// <typeparam name="TDocument">The document's type.</typeparam>
public abstract class FieldDefinition<TDocument>
{
    private protected FieldDefinition()
    {
    }

    /// <summary>From a path such as <c>a.b</c>; null stays null.</summary>
    public static implicit operator FieldDefinition<TDocument>(string fieldName) =>
        fieldName == null ? null : new StringFieldDefinition<TDocument>(fieldName);

    internal abstract RenderedField Render(IBsonSerializer root);
}

/// <summary>A field of a document, of a known type.</summary>
/// <typeparam name="TDocument">The document's type.</typeparam>
/// <typeparam name="TField">The field's type.</typeparam>
public abstract class FieldDefinition<TDocument, TField>
{
    private protected FieldDefinition()
    {
    }

    /// <summary>From a path such as <c>a.b</c>; null stays null.</summary>
    public static implicit operator FieldDefinition<TDocument, TField>(string fieldName) =>
        fieldName == null ? null : new StringFieldDefinition<TDocument, TField>(fieldName);

    /// <summary>The same field without its type.</summary>
    public static implicit operator FieldDefinition<TDocument>(FieldDefinition<TDocument, TField> field) =>
        new UntypedFieldDefinition<TDocument, TField>(field);

    internal abstract RenderedField Render(IBsonSerializer root);
}

/// <summary>A field by its path.</summary>
/// <typeparam name="TDocument">The document's type.</typeparam>
public sealed class StringFieldDefinition<TDocument> : FieldDefinition<TDocument>
{
    private readonly string _fieldName;

    /// <summary>A field by its path.</summary>
    /// <param name="fieldName">Such as <c>a.b</c>.</param>
    public StringFieldDefinition(string fieldName)
    {
        ArgumentException.ThrowIfNullOrEmpty(fieldName);
        _fieldName = fieldName;
    }

    internal override RenderedField Render(IBsonSerializer root) => FieldPath.Resolve(_fieldName, root);
}

/// <summary>A field by its path, of a known type.</summary>
/// <typeparam name="TDocument">The document's type.</typeparam>
/// <typeparam name="TField">The field's type.</typeparam>
public sealed class StringFieldDefinition<TDocument, TField> : FieldDefinition<TDocument, TField>
{
    private readonly string _fieldName;

    /// <summary>A field by its path.</summary>
    /// <param name="fieldName">Such as <c>a.b</c>.</param>
    /// <param name="fieldSerializer">What its values are written with; null for the usual.</param>
    public StringFieldDefinition(string fieldName, IBsonSerializer<TField> fieldSerializer = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(fieldName);
        _fieldName = fieldName;
        FieldSerializer = fieldSerializer;
    }

    private IBsonSerializer<TField> FieldSerializer { get; }

    internal override RenderedField Render(IBsonSerializer root)
    {
        var field = FieldPath.Resolve(_fieldName, root);
        return FieldSerializer == null ? field : field with { Serializer = FieldSerializer };
    }
}

/// <summary>A field by an expression.</summary>
/// <typeparam name="TDocument">The document's type.</typeparam>
public sealed class ExpressionFieldDefinition<TDocument> : FieldDefinition<TDocument>
{
    /// <summary>A field by an expression.</summary>
    /// <param name="expression">Such as <c>x =&gt; x.A.B</c>.</param>
    public ExpressionFieldDefinition(LambdaExpression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        Expression = expression;
    }

    /// <summary>The expression.</summary>
    public LambdaExpression Expression { get; }

    internal override RenderedField Render(IBsonSerializer root) => FieldPath.Resolve(Expression, root);
}

/// <summary>A field by an expression, of a known type.</summary>
/// <typeparam name="TDocument">The document's type.</typeparam>
/// <typeparam name="TField">The field's type.</typeparam>
public sealed class ExpressionFieldDefinition<TDocument, TField> : FieldDefinition<TDocument, TField>
{
    /// <summary>A field by an expression.</summary>
    /// <param name="expression">Such as <c>x =&gt; x.A.B</c>.</param>
    public ExpressionFieldDefinition(Expression<Func<TDocument, TField>> expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        Expression = expression;
    }

    /// <summary>The expression.</summary>
    public Expression<Func<TDocument, TField>> Expression { get; }

    internal override RenderedField Render(IBsonSerializer root) => FieldPath.Resolve(Expression, root);
}

internal sealed class UntypedFieldDefinition<TDocument, TField>(FieldDefinition<TDocument, TField> field) : FieldDefinition<TDocument>
{
    internal override RenderedField Render(IBsonSerializer root) => field.Render(root);
}
