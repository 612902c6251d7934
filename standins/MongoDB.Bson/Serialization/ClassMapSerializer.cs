using MongoDB.Bson.Serialization.Serializers;

namespace MongoDB.Bson.Serialization;

/// <summary>Serializers whose values have members under names of their own.</summary>
internal interface IMapped
{
    ClassMap Map { get; }
}

/// <summary>Classes, records and structs, stored as documents.</summary>
internal sealed class ClassMapSerializer<T> : SerializerBase<T>, IMapped
{
    // Mapped on first use: a class may hold itself.
    private readonly Lazy<ClassMap> _map = new(() => new ClassMap(typeof(T), BsonSerializer.LookupSerializer));

    public ClassMap Map => _map.Value;

    private protected override BsonValue Write(T value)
    {
        if (value.GetType() != typeof(T))
        {
            throw new NotSupportedException(
                $"Storing a {value.GetType()} as {typeof(T)} (a discriminator) is not supported.");
        }

        return Map.Write(value, idFirst: false);
    }

    private protected override T Read(BsonValue value) =>
        value is BsonDocument document ? (T)Map.Read(document) : throw CannotRead(value);
}
