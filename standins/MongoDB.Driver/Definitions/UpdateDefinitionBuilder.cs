using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>What <c>CurrentDate</c> sets.</summary>
public enum UpdateDefinitionCurrentDateType
{
    /// <summary>A date.</summary>
    Date,

    /// <summary>A timestamp.</summary>
    Timestamp,
}

/// <summary>Makes updates.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
[SuppressMessage("Performance", "CA1822", Justification = "The real type's members are instance members.")]
public sealed class UpdateDefinitionBuilder<TDocument>
{
    /// <summary>Some updates as one.</summary>
    /// <param name="updates">The updates.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Combine(params UpdateDefinition<TDocument>[] updates) =>
        Combine((IEnumerable<UpdateDefinition<TDocument>>)updates);

    /// <inheritdoc cref="Combine(UpdateDefinition{TDocument}[])" />
    public UpdateDefinition<TDocument> Combine(IEnumerable<UpdateDefinition<TDocument>> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        UpdateDefinition<TDocument>[] parts = [.. updates];
        return new RenderedUpdateDefinition<TDocument>(root =>
        {
            var whole = new BsonDocument();
            foreach (var operation in parts.SelectMany(part => part.Render(root)))
            {
                // The same operator twice on one field: the last one counts, as in the real driver.
                var fields = (BsonDocument)whole.GetValue(operation.Name, new BsonDocument());
                whole[operation.Name] = new BsonDocument(fields.Elements).Merge(operation.Value.AsBsonDocument, overwriteExistingElements: true);
            }

            return whole;
        });
    }

    /// <summary>Sets a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Set<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Value(field, "$set", value);

    /// <inheritdoc cref="Set{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public UpdateDefinition<TDocument> Set<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Set(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Sets a field of a document that the operation inserts.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> SetOnInsert<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Value(field, "$setOnInsert", value);

    /// <inheritdoc cref="SetOnInsert{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public UpdateDefinition<TDocument> SetOnInsert<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        SetOnInsert(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Adds to a number; a missing one counts as 0.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Inc<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Value(field, "$inc", value);

    /// <inheritdoc cref="Inc{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public UpdateDefinition<TDocument> Inc<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Inc(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Multiplies a number; a missing one becomes 0.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Mul<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Value(field, "$mul", value);

    /// <inheritdoc cref="Mul{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public UpdateDefinition<TDocument> Mul<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Mul(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Sets a field unless it is greater.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Max<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Value(field, "$max", value);

    /// <inheritdoc cref="Max{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public UpdateDefinition<TDocument> Max<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Max(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Sets a field unless it is less.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The value.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Min<TField>(FieldDefinition<TDocument, TField> field, TField value) =>
        Value(field, "$min", value);

    /// <inheritdoc cref="Min{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public UpdateDefinition<TDocument> Min<TField>(Expression<Func<TDocument, TField>> field, TField value) =>
        Min(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Removes a field.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Unset(FieldDefinition<TDocument> field) =>
        Raw(field, "$unset", 1);

    /// <inheritdoc cref="Unset(FieldDefinition{TDocument})" />
    public UpdateDefinition<TDocument> Unset(Expression<Func<TDocument, object>> field) =>
        Unset(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>Renames a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="newName">The new path.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Rename(FieldDefinition<TDocument> field, string newName) =>
        Raw(field, "$rename", newName);

    /// <inheritdoc cref="Rename(FieldDefinition{TDocument}, string)" />
    public UpdateDefinition<TDocument> Rename(Expression<Func<TDocument, object>> field, string newName) =>
        Rename(new ExpressionFieldDefinition<TDocument>(field), newName);

    /// <summary>Sets a field to the time of the store.</summary>
    /// <param name="field">The field.</param>
    /// <param name="type">A date, which is the default, or a timestamp.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> CurrentDate(FieldDefinition<TDocument> field, UpdateDefinitionCurrentDateType? type = null) =>
        Raw(field, "$currentDate", type switch
        {
            null => BsonBoolean.True,
            UpdateDefinitionCurrentDateType.Date => new BsonDocument("$type", "date"),
            _ => new BsonDocument("$type", "timestamp"),
        });

    /// <inheritdoc cref="CurrentDate(FieldDefinition{TDocument}, UpdateDefinitionCurrentDateType?)" />
    public UpdateDefinition<TDocument> CurrentDate(Expression<Func<TDocument, object>> field, UpdateDefinitionCurrentDateType? type = null) =>
        CurrentDate(new ExpressionFieldDefinition<TDocument>(field), type);

    /// <summary>Removes an array's first item.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> PopFirst(FieldDefinition<TDocument> field) =>
        Raw(field, "$pop", -1);

    /// <inheritdoc cref="PopFirst(FieldDefinition{TDocument})" />
    public UpdateDefinition<TDocument> PopFirst(Expression<Func<TDocument, object>> field) =>
        PopFirst(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>Removes an array's last item.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> PopLast(FieldDefinition<TDocument> field) =>
        Raw(field, "$pop", 1);

    /// <inheritdoc cref="PopLast(FieldDefinition{TDocument})" />
    public UpdateDefinition<TDocument> PopLast(Expression<Func<TDocument, object>> field) =>
        PopLast(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>Adds an item to an array unless it is there.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The item.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> AddToSet<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        Item(field, "$addToSet", f => FieldPath.Write(f.Serializer?.Item, value));

    /// <inheritdoc cref="AddToSet{TItem}(FieldDefinition{TDocument}, TItem)" />
    public UpdateDefinition<TDocument> AddToSet<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        AddToSet(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Adds those items to an array that are not there.</summary>
    /// <param name="field">The field.</param>
    /// <param name="values">The items.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> AddToSetEach<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values) =>
        Item(field, "$addToSet", f => new BsonDocument("$each", FieldPath.WriteAll(f.Serializer?.Item, values)));

    /// <inheritdoc cref="AddToSetEach{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public UpdateDefinition<TDocument> AddToSetEach<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values) =>
        AddToSetEach(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>Adds an item to an array.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The item.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Push<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        Item(field, "$push", f => FieldPath.Write(f.Serializer?.Item, value));

    /// <inheritdoc cref="Push{TItem}(FieldDefinition{TDocument}, TItem)" />
    public UpdateDefinition<TDocument> Push<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        Push(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Adds items to an array.</summary>
    /// <param name="field">The field.</param>
    /// <param name="values">The items.</param>
    /// <param name="slice">How many items to keep: the first, or the last when negative.</param>
    /// <param name="position">Where to put them; from the end when negative.</param>
    /// <param name="sort">The order of the array afterwards.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> PushEach<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values, int? slice = null, int? position = null, SortDefinition<TItem> sort = null) =>
        Item(field, "$push", f => Each(f, values, slice, position, sort));

    /// <inheritdoc cref="PushEach{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem}, int?, int?, SortDefinition{TItem})" />
    public UpdateDefinition<TDocument> PushEach<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values, int? slice = null, int? position = null, SortDefinition<TItem> sort = null) =>
        PushEach(new ExpressionFieldDefinition<TDocument>(field), values, slice, position, sort);

    /// <summary>Removes every equal item of an array.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The item.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> Pull<TItem>(FieldDefinition<TDocument> field, TItem value) =>
        Item(field, "$pull", f => FieldPath.Write(f.Serializer?.Item, value));

    /// <inheritdoc cref="Pull{TItem}(FieldDefinition{TDocument}, TItem)" />
    public UpdateDefinition<TDocument> Pull<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        Pull(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Removes every item of an array that equals one of some.</summary>
    /// <param name="field">The field.</param>
    /// <param name="values">The items.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> PullAll<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values) =>
        Item(field, "$pullAll", f => FieldPath.WriteAll(f.Serializer?.Item, values));

    /// <inheritdoc cref="PullAll{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public UpdateDefinition<TDocument> PullAll<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values) =>
        PullAll(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>Removes every item of an array that fits a filter.</summary>
    /// <param name="field">The field.</param>
    /// <param name="filter">The filter on the items.</param>
    /// <returns>The update.</returns>
    public UpdateDefinition<TDocument> PullFilter<TItem>(FieldDefinition<TDocument> field, FilterDefinition<TItem> filter) =>
        Item(
            field, "$pull", f => LambdaFilter.OfItem(filter.Render(f.Serializer?.Item ?? BsonSerializer.LookupSerializer<TItem>())));

    /// <inheritdoc cref="PullFilter{TItem}(FieldDefinition{TDocument}, FilterDefinition{TItem})" />
    public UpdateDefinition<TDocument> PullFilter<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, FilterDefinition<TItem> filter) =>
        PullFilter(new ExpressionFieldDefinition<TDocument>(field), filter);

    /// <inheritdoc cref="PullFilter{TItem}(FieldDefinition{TDocument}, FilterDefinition{TItem})" />
    public UpdateDefinition<TDocument> PullFilter<TItem>(
        Expression<Func<TDocument, IEnumerable<TItem>>> field, Expression<Func<TItem, bool>> filter) =>
        PullFilter(field, new ExpressionFilterDefinition<TItem>(filter));

    private static RenderedUpdateDefinition<TDocument> Value<TField>(FieldDefinition<TDocument, TField> field, string name, TField value)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new RenderedUpdateDefinition<TDocument>(root =>
        {
            var rendered = field.Render(root);
            return Operation(name, rendered.Name, FieldPath.Write(rendered.Serializer, value));
        });
    }

    private static RenderedUpdateDefinition<TDocument> Raw(FieldDefinition<TDocument> field, string name, BsonValue value) =>
        Item(field, name, _ => value);

    private static RenderedUpdateDefinition<TDocument> Item(
        FieldDefinition<TDocument> field, string name, Func<RenderedField, BsonValue> value)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new RenderedUpdateDefinition<TDocument>(root =>
        {
            var rendered = field.Render(root);
            return Operation(name, rendered.Name, value(rendered));
        });
    }

    private static BsonDocument Operation(string name, string field, BsonValue value) => new(name, new BsonDocument(field, value));

    private static BsonDocument Each<TItem>(
        RenderedField field, IEnumerable<TItem> values, int? slice, int? position, SortDefinition<TItem> sort)
    {
        var each = new BsonDocument("$each", FieldPath.WriteAll(field.Serializer?.Item, values));
        if (slice is { } kept)
        {
            each.Add("$slice", kept);
        }

        if (position is { } at)
        {
            each.Add("$position", at);
        }

        if (sort != null)
        {
            each.Add("$sort", sort.RenderValue(field.Serializer?.Item ?? BsonSerializer.LookupSerializer<TItem>()));
        }

        return each;
    }
}

/// <summary>Updates that follow one another.</summary>
public static class UpdateDefinitionExtensions
{
    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Set{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Set<TDocument, TField>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Set(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Set{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Set<TDocument, TField>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Set(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.SetOnInsert{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> SetOnInsert<TDocument, TField>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value) =>
        Then(update, Builders<TDocument>.Update.SetOnInsert(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.SetOnInsert{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> SetOnInsert<TDocument, TField>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value) =>
        Then(update, Builders<TDocument>.Update.SetOnInsert(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Inc{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Inc<TDocument, TField>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Inc(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Inc{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Inc<TDocument, TField>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Inc(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Mul{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Mul<TDocument, TField>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Mul(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Mul{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Mul<TDocument, TField>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Mul(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Max{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Max<TDocument, TField>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Max(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Max{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Max<TDocument, TField>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Max(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Min{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Min<TDocument, TField>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Min(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Min{TField}(FieldDefinition{TDocument, TField}, TField)" />
    public static UpdateDefinition<TDocument> Min<TDocument, TField>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value) =>
        Then(update, Builders<TDocument>.Update.Min(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Unset(FieldDefinition{TDocument})" />
    public static UpdateDefinition<TDocument> Unset<TDocument>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field) =>
        Then(update, Builders<TDocument>.Update.Unset(field));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Unset(FieldDefinition{TDocument})" />
    public static UpdateDefinition<TDocument> Unset<TDocument>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, object>> field) =>
        Then(update, Builders<TDocument>.Update.Unset(field));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Rename(FieldDefinition{TDocument}, string)" />
    public static UpdateDefinition<TDocument> Rename<TDocument>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, string newName) =>
        Then(update, Builders<TDocument>.Update.Rename(field, newName));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Rename(FieldDefinition{TDocument}, string)" />
    public static UpdateDefinition<TDocument> Rename<TDocument>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, object>> field, string newName) =>
        Then(update, Builders<TDocument>.Update.Rename(field, newName));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.CurrentDate(FieldDefinition{TDocument}, UpdateDefinitionCurrentDateType?)" />
    public static UpdateDefinition<TDocument> CurrentDate<TDocument>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, UpdateDefinitionCurrentDateType? type = null) =>
        Then(update, Builders<TDocument>.Update.CurrentDate(field, type));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.CurrentDate(FieldDefinition{TDocument}, UpdateDefinitionCurrentDateType?)" />
    public static UpdateDefinition<TDocument> CurrentDate<TDocument>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, object>> field, UpdateDefinitionCurrentDateType? type = null) =>
        Then(update, Builders<TDocument>.Update.CurrentDate(field, type));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PopFirst(FieldDefinition{TDocument})" />
    public static UpdateDefinition<TDocument> PopFirst<TDocument>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field) =>
        Then(update, Builders<TDocument>.Update.PopFirst(field));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PopFirst(FieldDefinition{TDocument})" />
    public static UpdateDefinition<TDocument> PopFirst<TDocument>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, object>> field) =>
        Then(update, Builders<TDocument>.Update.PopFirst(field));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PopLast(FieldDefinition{TDocument})" />
    public static UpdateDefinition<TDocument> PopLast<TDocument>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field) =>
        Then(update, Builders<TDocument>.Update.PopLast(field));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PopLast(FieldDefinition{TDocument})" />
    public static UpdateDefinition<TDocument> PopLast<TDocument>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, object>> field) =>
        Then(update, Builders<TDocument>.Update.PopLast(field));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.AddToSet{TItem}(FieldDefinition{TDocument}, TItem)" />
    public static UpdateDefinition<TDocument> AddToSet<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, TItem value) =>
        Then(update, Builders<TDocument>.Update.AddToSet(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.AddToSet{TItem}(FieldDefinition{TDocument}, TItem)" />
    public static UpdateDefinition<TDocument> AddToSet<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        Then(update, Builders<TDocument>.Update.AddToSet(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.AddToSetEach{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public static UpdateDefinition<TDocument> AddToSetEach<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, IEnumerable<TItem> values) =>
        Then(update, Builders<TDocument>.Update.AddToSetEach(field, values));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.AddToSetEach{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public static UpdateDefinition<TDocument> AddToSetEach<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values) =>
        Then(update, Builders<TDocument>.Update.AddToSetEach(field, values));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Push{TItem}(FieldDefinition{TDocument}, TItem)" />
    public static UpdateDefinition<TDocument> Push<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, TItem value) =>
        Then(update, Builders<TDocument>.Update.Push(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Push{TItem}(FieldDefinition{TDocument}, TItem)" />
    public static UpdateDefinition<TDocument> Push<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        Then(update, Builders<TDocument>.Update.Push(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PushEach{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem}, int?, int?, SortDefinition{TItem})" />
    public static UpdateDefinition<TDocument> PushEach<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, IEnumerable<TItem> values, int? slice = null, int? position = null, SortDefinition<TItem> sort = null) =>
        Then(update, Builders<TDocument>.Update.PushEach(field, values, slice, position, sort));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PushEach{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem}, int?, int?, SortDefinition{TItem})" />
    public static UpdateDefinition<TDocument> PushEach<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values, int? slice = null, int? position = null, SortDefinition<TItem> sort = null) =>
        Then(update, Builders<TDocument>.Update.PushEach(field, values, slice, position, sort));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Pull{TItem}(FieldDefinition{TDocument}, TItem)" />
    public static UpdateDefinition<TDocument> Pull<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, TItem value) =>
        Then(update, Builders<TDocument>.Update.Pull(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.Pull{TItem}(FieldDefinition{TDocument}, TItem)" />
    public static UpdateDefinition<TDocument> Pull<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value) =>
        Then(update, Builders<TDocument>.Update.Pull(field, value));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PullAll{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public static UpdateDefinition<TDocument> PullAll<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, IEnumerable<TItem> values) =>
        Then(update, Builders<TDocument>.Update.PullAll(field, values));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PullAll{TItem}(FieldDefinition{TDocument}, IEnumerable{TItem})" />
    public static UpdateDefinition<TDocument> PullAll<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values) =>
        Then(update, Builders<TDocument>.Update.PullAll(field, values));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PullFilter{TItem}(FieldDefinition{TDocument}, FilterDefinition{TItem})" />
    public static UpdateDefinition<TDocument> PullFilter<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, FilterDefinition<TItem> filter) =>
        Then(update, Builders<TDocument>.Update.PullFilter(field, filter));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PullFilter{TItem}(FieldDefinition{TDocument}, FilterDefinition{TItem})" />
    public static UpdateDefinition<TDocument> PullFilter<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, FilterDefinition<TItem> filter) =>
        Then(update, Builders<TDocument>.Update.PullFilter(field, filter));

    /// <inheritdoc cref="UpdateDefinitionBuilder{TDocument}.PullFilter{TItem}(FieldDefinition{TDocument}, FilterDefinition{TItem})" />
    public static UpdateDefinition<TDocument> PullFilter<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, Expression<Func<TItem, bool>> filter) =>
        Then(update, Builders<TDocument>.Update.PullFilter(field, filter));

    private static UpdateDefinition<TDocument> Then<TDocument>(UpdateDefinition<TDocument> first, UpdateDefinition<TDocument> second) =>
        Builders<TDocument>.Update.Combine(first, second);
}
