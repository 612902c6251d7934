#nullable enable
using System.Collections;
using System.Linq.Expressions;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>Turns a predicate into MongoDB's query language; what has no translation throws, with the expression's text.</summary>
internal sealed class LambdaFilter(ParameterExpression parameter, IBsonSerializer root)
{
    internal static BsonDocument Translate(LambdaExpression lambda, IBsonSerializer root) =>
        new LambdaFilter(lambda.Parameters[0], root).Translate(lambda.Body);

    private BsonDocument Translate(Expression expression)
    {
        if (FieldPath.TryEvaluate(expression, parameter, out var constant))
        {
            return constant is true ? [] : Not([]);
        }

        switch (expression)
        {
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both when both.Type == typeof(bool):
                return Both("$and", both);
            case BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either when either.Type == typeof(bool):
                return Both("$or", either);
            case UnaryExpression { NodeType: ExpressionType.Not } negation:
                return Not(Translate(negation.Operand));
            case BinaryExpression comparison when Operator(comparison.NodeType) != null:
                return Compare(comparison);
            case MemberExpression { Member.Name: "HasValue", Expression: { } owner } when Nullable.GetUnderlyingType(owner.Type) != null:
                return Test(owner, "$ne", BsonNull.Value);
            case MethodCallExpression call:
                return Call(call);
            case MemberExpression when TryField(expression, out var field):
                return Test(field, "$eq", FieldPath.Write(field.Serializer, true));
            default:
                throw NotSupported(expression);
        }
    }

    private BsonDocument Both(string name, BinaryExpression expression) =>
        new(name, new BsonArray { Translate(expression.Left), Translate(expression.Right) });

    private static BsonDocument Not(BsonDocument filter) => new("$nor", new BsonArray { filter });

    private BsonDocument Compare(BinaryExpression comparison)
    {
        var (left, right, name) = (comparison.Left, comparison.Right, Operator(comparison.NodeType)!);
        if (!FieldPath.TryEvaluate(right, parameter, out var value))
        {
            if (!FieldPath.TryEvaluate(left, parameter, out value))
            {
                throw NotSupported(comparison);
            }

            (left, name) = (right, name switch { "$gt" => "$lt", "$gte" => "$lte", "$lt" => "$gt", "$lte" => "$gte", _ => name });
        }

        if (TryField(left, out var field))
        {
            return Test(field, name, FieldPath.Write(field.Serializer, value));
        }

        if (Counted(left) is { } counted && value is int count)
        {
            return (name, count) switch
            {
                ("$eq", _) => Test(counted, "$size", count),
                ("$ne", _) => Not(Test(counted, "$size", count)),
                ("$gt", >= 0) => Test(new RenderedField($"{counted.Name}.{count}", null), "$exists", true),
                ("$gte", > 0) => Test(new RenderedField($"{counted.Name}.{count - 1}", null), "$exists", true),
                ("$lt", > 0) => Test(new RenderedField($"{counted.Name}.{count - 1}", null), "$exists", false),
                ("$lte", >= 0) => Test(new RenderedField($"{counted.Name}.{count}", null), "$exists", false),
                _ => throw NotSupported(comparison),
            };
        }

        throw NotSupported(comparison);
    }

    /// <summary>The array whose items an expression counts.</summary>
    private RenderedField? Counted(Expression expression) => expression switch
    {
        UnaryExpression { NodeType: ExpressionType.ArrayLength } length when TryArray(length.Operand, out var field) => field,
        MemberExpression { Member.Name: "Count" or "Length", Expression: { } owner } when TryArray(owner, out var field) => field,
        MethodCallExpression { Method.Name: nameof(Enumerable.Count), Arguments: [var source] } when TryArray(source, out var field) => field,
        _ => null,
    };

    private BsonDocument Call(MethodCallExpression call)
    {
        var (name, arguments) = (call.Method.Name, call.Arguments);
        switch (name)
        {
            case "Contains" or "StartsWith" or "EndsWith" when call.Object?.Type == typeof(string):
                return Pattern(call);
            case "Contains" when arguments.Count == (call.Object == null ? 2 : 1):
                {
                    var (source, item) = call.Object == null ? (arguments[0], arguments[1]) : (call.Object, arguments[0]);
                    if (TryArray(source, out var array) && FieldPath.TryEvaluate(item, parameter, out var value))
                    {
                        return Test(array, "$eq", FieldPath.Write(array.Serializer!.Item, value));
                    }

                    if (TryField(item, out var field) && FieldPath.TryEvaluate(source, parameter, out var values) && values is IEnumerable list)
                    {
                        return Test(field, "$in", FieldPath.WriteAll(field.Serializer, list));
                    }

                    break;
                }

            case nameof(Enumerable.Any) when call.Method.DeclaringType == typeof(Enumerable) && TryArray(arguments[0], out var array):
                return arguments.Count == 1
                    ? new BsonDocument(array.Name, new BsonDocument
                    {
                        { "$ne", BsonNull.Value },
                        { "$not", new BsonDocument("$size", 0) },
                    })
                    : Test(array, "$elemMatch", ElementFilter(call, array.Serializer!.Item));
            case nameof(Equals) when call.Object != null && arguments.Count == 1
                && TryField(call.Object, out var field) && FieldPath.TryEvaluate(arguments[0], parameter, out var value):
                return Test(field, "$eq", FieldPath.Write(field.Serializer, value));
            case nameof(string.IsNullOrEmpty) when call.Method.DeclaringType == typeof(string) && TryField(arguments[0], out var field):
                return Test(field, "$in", new BsonArray { BsonNull.Value, "" });
            case "get_Item" when TryField(call, out var field) && call.Type == typeof(bool):
                return Test(field, "$eq", true);
        }

        throw NotSupported(call);
    }

    private static BsonDocument ElementFilter(MethodCallExpression any, IBsonSerializer item)
    {
        var predicate = any.Arguments[1] is UnaryExpression { NodeType: ExpressionType.Quote } quote ? quote.Operand : any.Arguments[1];
        if (predicate is not LambdaExpression lambda)
        {
            throw NotSupported(any);
        }

        return OfItem(Translate(lambda, item));
    }

    /// <summary>A filter on array items, with what it says of an item itself as operators alone.</summary>
    internal static BsonDocument OfItem(BsonDocument filter) => IsAboutItem(filter) ? Flatten(filter) : filter;

    private static bool IsAboutItem(BsonDocument filter) => filter.Any(e => e.Name.Length == 0
        || (e.Name is "$and" or "$or" or "$nor" && e.Value is BsonArray parts && parts.Any(p => p is BsonDocument d && IsAboutItem(d))));

    private static BsonDocument Flatten(BsonDocument filter)
    {
        var flat = new BsonDocument();
        foreach (var element in filter)
        {
            if (element.Name == "$and")
            {
                foreach (var part in element.Value.AsBsonArray)
                {
                    foreach (var inner in Flatten(part.AsBsonDocument))
                    {
                        if (flat.Contains(inner.Name))
                        {
                            throw new NotSupportedException($"The condition {filter} on array items is not supported.");
                        }

                        flat.Add(inner);
                    }
                }
            }
            else if (element.Name.Length == 0)
            {
                flat.AddRange(element.Value.AsBsonDocument);
            }
            else
            {
                throw new NotSupportedException($"The condition {filter} on array items is not supported.");
            }
        }

        return flat;
    }

    private BsonDocument Pattern(MethodCallExpression call)
    {
        if (!TryField(call.Object!, out var field) || !FieldPath.TryEvaluate(call.Arguments[0], parameter, out var value))
        {
            throw NotSupported(call);
        }

        var options = "s";
        if (call.Arguments.Count == 2)
        {
            _ = FieldPath.TryEvaluate(call.Arguments[1], parameter, out var comparison);
            options = comparison switch
            {
                StringComparison.Ordinal or StringComparison.CurrentCulture => "s",
                StringComparison.OrdinalIgnoreCase or StringComparison.CurrentCultureIgnoreCase => "is",
                _ => throw NotSupported(call),
            };
        }

        var text = Regex.Escape(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!);
        var pattern = call.Method.Name switch
        {
            "StartsWith" => "^" + text,
            "EndsWith" => text + "\\z",
            _ => text,
        };
        return new BsonDocument(field.Name, new BsonRegularExpression(pattern, options));
    }

    private bool TryField(Expression expression, out RenderedField field) =>
        FieldPath.TryResolve(expression, parameter, root, out field);

    private bool TryArray(Expression expression, out RenderedField field) =>
        TryField(expression, out field) && field.Serializer?.Item != null;

    private BsonDocument Test(Expression expression, string name, BsonValue value) =>
        TryField(expression, out var field) ? Test(field, name, value) : throw NotSupported(expression);

    private static BsonDocument Test(RenderedField field, string name, BsonValue value) =>
        new(field.Name, new BsonDocument(name, value));

    private static string? Operator(ExpressionType type) => type switch
    {
        ExpressionType.Equal => "$eq",
        ExpressionType.NotEqual => "$ne",
        ExpressionType.GreaterThan => "$gt",
        ExpressionType.GreaterThanOrEqual => "$gte",
        ExpressionType.LessThan => "$lt",
        ExpressionType.LessThanOrEqual => "$lte",
        _ => null,
    };

    private static NotSupportedException NotSupported(Expression expression) =>
        new($"Expression {expression} is not supported in a filter.");
}
