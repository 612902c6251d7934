namespace MongoDB.Bson.Serialization;

/// <summary>Writes values of a .NET type as BSON and reads them back.</summary>
public interface IBsonSerializer
{
    /// <summary>The .NET type.</summary>
    Type ValueType { get; }

    /// <summary>What the items of an array are written with, or null when the values are no arrays.</summary>
    internal IBsonSerializer Item => null;

    internal BsonValue Write(object value);

    internal object Read(BsonValue value);

    /// <summary>The same serializer with its innermost part exchanged, or null when nothing was to be exchanged.</summary>
    internal IBsonSerializer Rebuild(Func<IBsonSerializer, IBsonSerializer> exchange) => exchange(this);

    /// <summary>A serializer of the same type that writes as <paramref name="representation"/>, or null when there is none.</summary>
    internal IBsonSerializer As(BsonType representation) => null;

    internal IBsonSerializer WithRepresentation(BsonType representation) =>
        Rebuild(inner => inner.As(representation)) ?? throw new NotSupportedException(
            $"Representation {representation} of {ValueType.Name} is not supported.");
}

/// <summary>Writes values of a .NET type as BSON and reads them back.</summary>
/// <typeparam name="TValue">The .NET type.</typeparam>
public interface IBsonSerializer<TValue> : IBsonSerializer
{
}
