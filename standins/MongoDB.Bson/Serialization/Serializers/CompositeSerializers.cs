using System.Collections;

namespace MongoDB.Bson.Serialization.Serializers;

/// <summary>A value type that may be null.</summary>
internal sealed class NullableSerializer<T>(IBsonSerializer inner) : SerializerBase<T?>
    where T : struct
{
    private protected override BsonValue Write(T? value) => inner.Write(value.Value);

    private protected override T? Read(BsonValue value) => (T)inner.Read(value);

    private protected override IBsonSerializer Rebuild(Func<IBsonSerializer, IBsonSerializer> exchange) =>
        inner.Rebuild(exchange) is { } rebuilt ? new NullableSerializer<T>(rebuilt) : null;
}

/// <summary>Arrays and lists, stored as arrays.</summary>
internal sealed class SequenceSerializer<TSequence, TItem>(IBsonSerializer item, Func<List<TItem>, object> build) : SerializerBase<TSequence>
{
    private protected override IBsonSerializer Item => item;

    private protected override BsonValue Write(TSequence value)
    {
        var array = new BsonArray();
        foreach (var member in (IEnumerable)value)
        {
            array.Add(item.Write(member));
        }

        return array;
    }

    private protected override TSequence Read(BsonValue value)
    {
        var array = value as BsonArray ?? throw CannotRead(value);
        var list = new List<TItem>(array.Count);
        foreach (var member in array)
        {
            list.Add((TItem)item.Read(member));
        }

        return (TSequence)build(list);
    }

    private protected override IBsonSerializer Rebuild(Func<IBsonSerializer, IBsonSerializer> exchange) =>
        item.Rebuild(exchange) is { } rebuilt ? new SequenceSerializer<TSequence, TItem>(rebuilt, build) : null;
}

/// <summary>Dictionaries with text keys, stored as documents.</summary>
internal sealed class DictionarySerializer<TDictionary, TValue>(IBsonSerializer item) : SerializerBase<TDictionary>
    where TDictionary : class
{
    internal IBsonSerializer ValueSerializer => item;

    private protected override BsonValue Write(TDictionary value)
    {
        var document = new BsonDocument();
        foreach (var (name, member) in (IEnumerable<KeyValuePair<string, TValue>>)value)
        {
            document.Add(name, item.Write(member));
        }

        return document;
    }

    private protected override TDictionary Read(BsonValue value)
    {
        var document = value as BsonDocument ?? throw CannotRead(value);
        var dictionary = new Dictionary<string, TValue>(document.ElementCount);
        foreach (var element in document)
        {
            dictionary.Add(element.Name, (TValue)item.Read(element.Value));
        }

        return (TDictionary)(object)dictionary;
    }

    private protected override IBsonSerializer Rebuild(Func<IBsonSerializer, IBsonSerializer> exchange) =>
        item.Rebuild(exchange) is { } rebuilt ? new DictionarySerializer<TDictionary, TValue>(rebuilt) : null;
}

/// <summary>BSON values, stored as they are.</summary>
internal sealed class BsonValueSerializer<T> : SerializerBase<T>
    where T : BsonValue
{
    private protected override BsonValue Write(T value) => value;

    private protected override T Read(BsonValue value) => value as T ?? throw CannotRead(value);

    private protected override object ReadNull() => typeof(T).IsAssignableFrom(typeof(BsonNull)) ? BsonNull.Value : null;
}

/// <summary>Members of type object: primitives only, since a class would need its name stored beside it.</summary>
internal sealed class ObjectSerializer : SerializerBase<object>
{
    private protected override BsonValue Write(object value) => value switch
    {
        Guid => throw new BsonSerializationException("GuidSerializer cannot serialize a Guid when GuidRepresentation is Unspecified."),
        BsonValue or string or bool or int or long or double or DateTime or ObjectId or decimal or Decimal128 => BsonValue.Create(value),
        _ => throw new NotSupportedException($"A member of type object that holds a {value.GetType()} (a discriminator) is not supported."),
    };

    private protected override object Read(BsonValue value) => value switch
    {
        BsonString v => v.Value,
        BsonBoolean v => v.Value,
        BsonInt32 v => v.Value,
        BsonInt64 v => v.Value,
        BsonDouble v => v.Value,
        BsonObjectId v => v.Value,
        BsonDateTime v => v.ToUniversalTime(),
        BsonDecimal128 v => v.Value,
        _ => throw new NotSupportedException($"Reading a member of type object from BsonType '{value.BsonType}' is not supported."),
    };
}
