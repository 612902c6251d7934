using MongoDB.Bson.Serialization;
using MongoDB.Bson.Storage;

namespace MongoDB.Bson;

/// <summary>BSON of any object.</summary>
public static class BsonExtensionMethods
{
    /// <summary>The document of an object.</summary>
    /// <typeparam name="TNominalType">The object's type.</typeparam>
    /// <param name="obj">The object.</param>
    /// <returns>The document, or null for null.</returns>
    public static BsonDocument ToBsonDocument<TNominalType>(this TNominalType obj) => obj is null ? null : WriteRoot(obj);

    /// <summary>Relaxed extended JSON of an object.</summary>
    /// <typeparam name="TNominalType">The object's type.</typeparam>
    /// <param name="obj">The object.</param>
    /// <returns>The text.</returns>
    public static string ToJson<TNominalType>(this TNominalType obj) =>
        JsonText.Write(LookupFor(obj) is IMapped ? WriteRoot(obj) : LookupFor(obj).Write(obj));

    // The _id of a document as a whole comes first; that of an embedded one stays where its class has it.
    internal static BsonDocument WriteRoot<T>(T value)
    {
        var serializer = LookupFor(value);
        if (serializer is IMapped mapped)
        {
            return value.GetType() == mapped.Map.Type
                ? mapped.Map.Write(value, idFirst: true)
                : throw new NotSupportedException($"Storing a {value.GetType()} as {mapped.Map.Type} (a discriminator) is not supported.");
        }

        return serializer.Write(value) as BsonDocument
            ?? throw new InvalidOperationException($"A {typeof(T)} is not stored as a document.");
    }

    private static IBsonSerializer LookupFor<T>(T value) =>
        BsonSerializer.LookupSerializer(typeof(T) == typeof(object) && value is not null ? value.GetType() : typeof(T));
}
