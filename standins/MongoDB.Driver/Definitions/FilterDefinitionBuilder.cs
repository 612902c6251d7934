using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>Makes filters.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
[SuppressMessage("Performance", "CA1822", Justification = "The real type's members are instance members.")]
public sealed class FilterDefinitionBuilder<TDocument>
{
    /// <summary>Every document.</summary>
    public FilterDefinition<TDocument> Empty => FilterDefinition<TDocument>.Empty;

    /// <summary>Fields that are equal to a value, or arrays that hold it.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Eq<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Test(field, "$eq", value);

    /// <inheritdoc cref="Eq{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public FilterDefinition<TDocument> Eq<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Eq(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>The opposite of Eq.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Ne<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Test(field, "$ne", value);

    /// <inheritdoc cref="Ne{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public FilterDefinition<TDocument> Ne<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Ne(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Fields above a value of the same type.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Gt<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Test(field, "$gt", value);

    /// <inheritdoc cref="Gt{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public FilterDefinition<TDocument> Gt<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Gt(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Fields at or above a value of the same type.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Gte<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Test(field, "$gte", value);

    /// <inheritdoc cref="Gte{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public FilterDefinition<TDocument> Gte<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Gte(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Fields below a value of the same type.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Lt<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Test(field, "$lt", value);

    /// <inheritdoc cref="Lt{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public FilterDefinition<TDocument> Lt<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Lt(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Fields at or below a value of the same type.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Lte<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Test(field, "$lte", value);

    /// <inheritdoc cref="Lte{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public FilterDefinition<TDocument> Lte<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Lte(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Fields that are equal to one of some values.</summary>
    /// <param name="field">The field.</param>
    /// <param name="values">The values.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> In<TField>(FieldDefinition<TDocument, TField> field, IEnumerable<TField> values) =>
        TestAll(field, "$in", values);

    /// <inheritdoc cref="In{TField}(FieldDefinition{TDocument, TField}, IEnumerable{TField})" />
    public FilterDefinition<TDocument> In<TField>(Expression<Func<TDocument, TField>> field, IEnumerable<TField> values) =>
        In(new ExpressionFieldDefinition<TDocument, TField>(field), values);

    /// <summary>The opposite of In.</summary>
    /// <param name="field">The field.</param>
    /// <param name="values">The values.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Nin<TField>(FieldDefinition<TDocument, TField> field, IEnumerable<TField> values) =>
        TestAll(field, "$nin", values);

    /// <inheritdoc cref="Nin{TField}(FieldDefinition{TDocument, TField}, IEnumerable{TField})" />
    public FilterDefinition<TDocument> Nin<TField>(Expression<Func<TDocument, TField>> field, IEnumerable<TField> values) =>
        Nin(new ExpressionFieldDefinition<TDocument, TField>(field), values);

    /// <summary>Arrays that hold a value.</summary>
    /// <param name="field">The array.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyEq<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        TestItem(field, "$eq", value);

    /// <inheritdoc cref="AnyEq{TItem}(FieldDefinition{TDocument}, TItem)" />
    public FilterDefinition<TDocument> AnyEq<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        AnyEq(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>The opposite of AnyEq.</summary>
    /// <param name="field">The array.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyNe<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        TestItem(field, "$ne", value);

    /// <inheritdoc cref="AnyNe{TItem}(FieldDefinition{TDocument}, TItem)" />
    public FilterDefinition<TDocument> AnyNe<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        AnyNe(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Arrays with an item above a value.</summary>
    /// <param name="field">The array.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyGt<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        TestItem(field, "$gt", value);

    /// <inheritdoc cref="AnyGt{TItem}(FieldDefinition{TDocument}, TItem)" />
    public FilterDefinition<TDocument> AnyGt<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        AnyGt(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Arrays with an item at or above a value.</summary>
    /// <param name="field">The array.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyGte<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        TestItem(field, "$gte", value);

    /// <inheritdoc cref="AnyGte{TItem}(FieldDefinition{TDocument}, TItem)" />
    public FilterDefinition<TDocument> AnyGte<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        AnyGte(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Arrays with an item below a value.</summary>
    /// <param name="field">The array.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyLt<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        TestItem(field, "$lt", value);

    /// <inheritdoc cref="AnyLt{TItem}(FieldDefinition{TDocument}, TItem)" />
    public FilterDefinition<TDocument> AnyLt<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        AnyLt(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Arrays with an item at or below a value.</summary>
    /// <param name="field">The array.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyLte<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        TestItem(field, "$lte", value);

    /// <inheritdoc cref="AnyLte{TItem}(FieldDefinition{TDocument}, TItem)" />
    public FilterDefinition<TDocument> AnyLte<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        AnyLte(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Arrays that hold one of some values.</summary>
    /// <param name="field">The array.</param>
    /// <param name="values">The values.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyIn<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values) =>
        TestItems(field, "$in", values);

    /// <inheritdoc cref="AnyIn{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public FilterDefinition<TDocument> AnyIn<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values) =>
        AnyIn(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>The opposite of AnyIn.</summary>
    /// <param name="field">The array.</param>
    /// <param name="values">The values.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> AnyNin<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values) =>
        TestItems(field, "$nin", values);

    /// <inheritdoc cref="AnyNin{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public FilterDefinition<TDocument> AnyNin<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values) =>
        AnyNin(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>Arrays that hold all of some values.</summary>
    /// <param name="field">The array.</param>
    /// <param name="values">The values.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> All<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values) =>
        TestItems(field, "$all", values);

    /// <inheritdoc cref="All{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public FilterDefinition<TDocument> All<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values) =>
        All(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>Fields that are there, null or not.</summary>
    /// <param name="field">The field.</param>
    /// <param name="exists">Whether they must be there.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Exists(FieldDefinition<TDocument> field, bool exists = true) =>
        Raw(field, "$exists", exists);

    /// <inheritdoc cref="Exists(FieldDefinition{TDocument}, bool)" />
    public FilterDefinition<TDocument> Exists(Expression<Func<TDocument, object>> field, bool exists = true) =>
        Exists(new ExpressionFieldDefinition<TDocument>(field), exists);

    /// <summary>Arrays of a number of items.</summary>
    /// <param name="field">The field.</param>
    /// <param name="size">How many items.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Size(FieldDefinition<TDocument> field, int size) =>
        Raw(field, "$size", size);

    /// <inheritdoc cref="Size(FieldDefinition{TDocument}, int)" />
    public FilterDefinition<TDocument> Size(Expression<Func<TDocument, object>> field, int size) =>
        Size(new ExpressionFieldDefinition<TDocument>(field), size);

    /// <summary>Texts that fit a pattern.</summary>
    /// <param name="field">The field.</param>
    /// <param name="regex">The pattern.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Regex(FieldDefinition<TDocument> field, BsonRegularExpression regex) =>
        Raw(field, "$regex", regex);

    /// <inheritdoc cref="Regex(FieldDefinition{TDocument}, BsonRegularExpression)" />
    public FilterDefinition<TDocument> Regex(Expression<Func<TDocument, object>> field, BsonRegularExpression regex) =>
        Regex(new ExpressionFieldDefinition<TDocument>(field), regex);

    /// <summary>Numbers that leave a remainder.</summary>
    /// <param name="field">The field.</param>
    /// <param name="modulus">The divisor.</param>
    /// <param name="remainder">What is left.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Mod(FieldDefinition<TDocument> field, long modulus, long remainder) =>
        Raw(field, "$mod", new BsonArray { modulus, remainder });

    /// <inheritdoc cref="Mod(FieldDefinition{TDocument}, long, long)" />
    public FilterDefinition<TDocument> Mod(Expression<Func<TDocument, object>> field, long modulus, long remainder) =>
        Mod(new ExpressionFieldDefinition<TDocument>(field), modulus, remainder);

    /// <summary>Fields of a BSON type.</summary>
    /// <param name="field">The field.</param>
    /// <param name="type">The type.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Type(FieldDefinition<TDocument> field, BsonType type) => Raw(field, "$type", (int)type);

    /// <inheritdoc cref="Type(FieldDefinition{TDocument}, BsonType)" />
    public FilterDefinition<TDocument> Type(Expression<Func<TDocument, object>> field, BsonType type) =>
        Type(new ExpressionFieldDefinition<TDocument>(field), type);

    /// <summary>Arrays with an item that fits a filter.</summary>
    /// <param name="field">The array.</param>
    /// <param name="filter">The filter on its items.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> ElemMatch<TItem>(FieldDefinition<TDocument> field, FilterDefinition<TItem> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Make(field, f => new BsonDocument(
            "$elemMatch", LambdaFilter.OfItem(filter.Render(f.Serializer?.Item ?? BsonSerializer.LookupSerializer<TItem>()))));
    }

    /// <inheritdoc cref="ElemMatch{TItem}(FieldDefinition{TDocument}, FilterDefinition{TItem})" />
    public FilterDefinition<TDocument> ElemMatch<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, FilterDefinition<TItem> filter) =>
        ElemMatch(new ExpressionFieldDefinition<TDocument>(field), filter);

    /// <inheritdoc cref="ElemMatch{TItem}(FieldDefinition{TDocument}, FilterDefinition{TItem})" />
    public FilterDefinition<TDocument> ElemMatch<TItem>(
        Expression<Func<TDocument, IEnumerable<TItem>>> field, Expression<Func<TItem, bool>> filter) =>
        ElemMatch(new ExpressionFieldDefinition<TDocument>(field), new ExpressionFilterDefinition<TItem>(filter));

    /// <summary>Documents that fit every filter.</summary>
    /// <param name="filters">The filters.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> And(params FilterDefinition<TDocument>[] filters) => And((IEnumerable<FilterDefinition<TDocument>>)filters);

    /// <inheritdoc cref="And(FilterDefinition{TDocument}[])" />
    public FilterDefinition<TDocument> And(IEnumerable<FilterDefinition<TDocument>> filters) => Combine("$and", filters);

    /// <summary>Documents that fit one of the filters or more.</summary>
    /// <param name="filters">The filters.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Or(params FilterDefinition<TDocument>[] filters) => Or((IEnumerable<FilterDefinition<TDocument>>)filters);

    /// <inheritdoc cref="Or(FilterDefinition{TDocument}[])" />
    public FilterDefinition<TDocument> Or(IEnumerable<FilterDefinition<TDocument>> filters) => Combine("$or", filters);

    /// <summary>Documents that do not fit a filter.</summary>
    /// <param name="filter">The filter.</param>
    /// <returns>The filter.</returns>
    public FilterDefinition<TDocument> Not(FilterDefinition<TDocument> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return new RenderedFilterDefinition<TDocument>(root => new BsonDocument("$nor", new BsonArray { filter.Render(root) }));
    }

    private static RenderedFilterDefinition<TDocument> Test<TField>(FieldDefinition<TDocument, TField> field, string name, TField value) =>
        Make(field, f => new BsonDocument(name, FieldPath.Write(f.Serializer, value)));

    private static RenderedFilterDefinition<TDocument> TestAll<TField>(
        FieldDefinition<TDocument, TField> field, string name, IEnumerable<TField> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Make(field, f => new BsonDocument(name, FieldPath.WriteAll(f.Serializer, values)));
    }

    private static RenderedFilterDefinition<TDocument> TestItem<TItem>(FieldDefinition<TDocument> field, string name, TItem value) =>
        Make(field, f => new BsonDocument(name, FieldPath.Write(f.Serializer?.Item, value)));

    private static RenderedFilterDefinition<TDocument> TestItems<TItem>(
        FieldDefinition<TDocument> field, string name, IEnumerable<TItem> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Make(field, f => new BsonDocument(name, FieldPath.WriteAll(f.Serializer?.Item, values)));
    }

    private static RenderedFilterDefinition<TDocument> Raw(FieldDefinition<TDocument> field, string name, BsonValue value) =>
        Make(field, _ => new BsonDocument(name, value));

    private static RenderedFilterDefinition<TDocument> Make(FieldDefinition<TDocument> field, Func<RenderedField, BsonDocument> test)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new RenderedFilterDefinition<TDocument>(root =>
        {
            var rendered = field.Render(root);
            return new BsonDocument(rendered.Name, test(rendered));
        });
    }

    private static RenderedFilterDefinition<TDocument> Combine(string name, IEnumerable<FilterDefinition<TDocument>> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        FilterDefinition<TDocument>[] parts = [.. filters];
        return new RenderedFilterDefinition<TDocument>(root => parts.Length == 0 && name == "$and"
            ? []
            : new BsonDocument(name, new BsonArray(parts.Select(part => part.Render(root)))));
    }
}
