#nullable enable
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>Turns member names and expressions into paths of element names.</summary>
internal static class FieldPath
{
    internal static RenderedField Resolve(string path, IBsonSerializer? root)
    {
        var parts = path.Split('.');
        var serializer = root;
        for (var i = 0; i < parts.Length && serializer != null; i++)
        {
            if (IsPosition(parts[i]) && serializer.Item != null)
            {
                serializer = serializer.Item;
                continue;
            }

            // A path may pass through an array to a member of its items.
            if (MapOf(serializer) is { } map && map.FindMember(parts[i]) is { } member)
            {
                parts[i] = member.ElementName;
                serializer = member.Serializer;
            }
            else
            {
                serializer = MapOf(serializer)?.Members.Find(m => m.ElementName == parts[i])?.Serializer;
            }
        }

        return new RenderedField(string.Join('.', parts), serializer);
    }

    internal static RenderedField Resolve(LambdaExpression lambda, IBsonSerializer root) =>
        TryResolve(lambda.Body, lambda.Parameters[0], root, out var field) && field.Name.Length > 0
            ? field
            : throw new NotSupportedException($"Expression {lambda.Body} is not supported as a field.");

    /// <summary>Reads a chain of members that starts at the parameter; the parameter alone is the empty path.</summary>
    internal static bool TryResolve(Expression expression, ParameterExpression parameter, IBsonSerializer? root, out RenderedField field)
    {
        field = default;
        switch (expression)
        {
            case ParameterExpression p when p == parameter:
                field = new RenderedField("", root);
                return true;
            case UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert:
                return TryResolve(convert.Operand, parameter, root, out field);

            // An array seen as a span, as C# 14 does for Contains.
            case MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var spanned] }:
                return TryResolve(spanned, parameter, root, out field);
            case MemberExpression { Expression: { } inner } member:
                if (!TryResolve(inner, parameter, root, out var owner))
                {
                    return false;
                }

                if (member.Member.Name == "Value" && Nullable.GetUnderlyingType(inner.Type) != null)
                {
                    field = owner;
                    return true;
                }

                if (owner.Serializer is IMapped { Map: var map } && map.FindMember(member.Member.Name) is { } mapped)
                {
                    field = new RenderedField(Join(owner.Name, mapped.ElementName), mapped.Serializer);
                    return true;
                }

                return false;
            case BinaryExpression { NodeType: ExpressionType.ArrayIndex } index:
                return TryIndex(index.Left, index.Right, parameter, root, out field);
            case MethodCallExpression { Method.Name: "get_Item", Object: { } target, Arguments: [var key] }:
                return TryIndex(target, key, parameter, root, out field);
            case MethodCallExpression { Method.Name: nameof(Enumerable.ElementAt), Arguments: [var source, var at] } call
                when call.Method.DeclaringType == typeof(Enumerable):
                return TryIndex(source, at, parameter, root, out field);
            default:
                return false;
        }
    }

    /// <summary>What an expression without the parameter comes to.</summary>
    internal static bool TryEvaluate(Expression expression, ParameterExpression parameter, out object? value)
    {
        value = null;
        if (References(expression, parameter))
        {
            return false;
        }

        value = Evaluate(expression);
        return true;
    }

    /// <summary>The BSON of a value that stands beside a field in a filter or an update.</summary>
    [SuppressMessage("Design", "MA0051", Justification = "One list of cases.")]
    internal static BsonValue Write(IBsonSerializer? serializer, object? value)
    {
        switch (value)
        {
            case null:
                return BsonNull.Value;
            case BsonValue already:
                return already;
        }

        if (serializer != null)
        {
            if (serializer.ValueType != typeof(object) && serializer.ValueType.IsInstanceOfType(value))
            {
                return serializer.Write(value);
            }

            if (serializer.Item is { } item && item.ValueType.IsInstanceOfType(value))
            {
                return item.Write(value);
            }

            // The compiler compares enums and small integers as int.
            var target = Nullable.GetUnderlyingType(serializer.ValueType) ?? serializer.ValueType;
            if (target.IsEnum && value is IConvertible && value is not string)
            {
                return serializer.Write(Enum.ToObject(target, value));
            }

            if (value is IConvertible convertible && IsNumber(target) && IsNumber(value.GetType()))
            {
                try
                {
                    var converted = (IConvertible)convertible.ToType(target, CultureInfo.InvariantCulture);
                    if (converted.ToDouble(CultureInfo.InvariantCulture).Equals(convertible.ToDouble(CultureInfo.InvariantCulture)))
                    {
                        return serializer.Write(converted);
                    }
                }
                catch (OverflowException)
                {
                    // The number lies outside the field's type; compare it as what it is.
                }
            }
        }

        return BsonSerializer.LookupSerializer(value.GetType()).Write(value);
    }

    internal static BsonArray WriteAll(IBsonSerializer? serializer, System.Collections.IEnumerable values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var array = new BsonArray();
        foreach (var value in values)
        {
            array.Add(Write(serializer, value));
        }

        return array;
    }

    internal static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;

    private static ClassMap? MapOf(IBsonSerializer serializer) => ((serializer.Item ?? serializer) as IMapped)?.Map;

    private static bool IsPosition(string part) => part.Length > 0 && part.All(char.IsAsciiDigit);

    private static bool IsNumber(Type type) => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal && !type.IsEnum;

    private static bool TryIndex(
        Expression target, Expression key, ParameterExpression parameter, IBsonSerializer? root, out RenderedField field)
    {
        field = default;
        if (!TryResolve(target, parameter, root, out var owner) || !TryEvaluate(key, parameter, out var value))
        {
            return false;
        }

        switch (value)
        {
            case int position when position >= 0 && owner.Serializer?.Item is { } item:
                field = new RenderedField(Join(owner.Name, position.ToString(CultureInfo.InvariantCulture)), item);
                return true;
            case string name when typeof(BsonValue).IsAssignableFrom(target.Type):
                field = new RenderedField(Join(owner.Name, name), null);
                return true;
            case string name when owner.Serializer is { } dictionary && dictionary.GetType().Name.StartsWith("Dictionary", StringComparison.Ordinal):
                field = new RenderedField(Join(owner.Name, name), null);
                return true;
            default:
                return false;
        }
    }

    private static object? Evaluate(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field } member:
                return field.GetValue(member.Expression == null ? null : Evaluate(member.Expression));
            case UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert
                when convert.Type.IsAssignableFrom(convert.Operand.Type):
                return Evaluate(convert.Operand);
            case MethodCallExpression { Method.Name: "op_Implicit", Arguments: [{ Type.IsArray: true } array] } span
                when span.Type.IsByRefLike:
                return Evaluate(array);
            default:
                return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object)))
                    .Compile(preferInterpretation: true)();
        }
    }

    private static bool References(Expression expression, ParameterExpression parameter)
    {
        var finder = new Finder(parameter);
        finder.Visit(expression);
        return finder.Found;
    }

    private sealed class Finder(ParameterExpression parameter) : ExpressionVisitor
    {
        internal bool Found { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            Found |= node == parameter;
            return node;
        }
    }
}
