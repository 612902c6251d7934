namespace MongoDB.Bson.Serialization.Serializers;

/// <summary>What every serializer has. This stand-in takes no serializers from outside.</summary>
/// <typeparam name="TValue">The .NET type.</typeparam>
public abstract class SerializerBase<TValue> : IBsonSerializer<TValue>
{
    private protected SerializerBase()
    {
    }

    /// <inheritdoc />
    public Type ValueType => typeof(TValue);

    IBsonSerializer IBsonSerializer.Item => Item;

    private protected virtual IBsonSerializer Item => null;

    BsonValue IBsonSerializer.Write(object value)
    {
        if (value is null)
        {
            return BsonNull.Value;
        }

        return value is TValue typed
            ? Write(typed)
            : throw new InvalidCastException($"Unable to cast object of type '{value.GetType()}' to type '{typeof(TValue)}'.");
    }

    object IBsonSerializer.Read(BsonValue value) => value is BsonNull && default(TValue) is null ? ReadNull() : Read(value);

    IBsonSerializer IBsonSerializer.Rebuild(Func<IBsonSerializer, IBsonSerializer> exchange) => Rebuild(exchange);

    IBsonSerializer IBsonSerializer.As(BsonType representation) => As(representation);

    private protected abstract BsonValue Write(TValue value);

    private protected abstract TValue Read(BsonValue value);

    private protected virtual object ReadNull() => null;

    private protected virtual IBsonSerializer Rebuild(Func<IBsonSerializer, IBsonSerializer> exchange) => exchange(this);

    private protected virtual IBsonSerializer As(BsonType representation) => null;

    private protected static FormatException CannotRead(BsonValue value) =>
        new($"Cannot deserialize a '{NameOf(typeof(TValue))}' from BsonType '{value.BsonType}'.");

    private protected static NotSupportedException NoRepresentation(BsonType representation) =>
        new($"Representation {representation} of {NameOf(typeof(TValue))} is not supported.");

    private static string NameOf(Type type) => type.IsGenericType ? type.ToString() : type.Name;
}
