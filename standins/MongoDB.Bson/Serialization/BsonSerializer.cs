using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using MongoDB.Bson.Serialization.Serializers;

namespace MongoDB.Bson.Serialization;

/// <summary>The serializers of this process.</summary>
public static class BsonSerializer
{
    private static readonly ConcurrentDictionary<Type, IBsonSerializer> Serializers = new(new Dictionary<Type, IBsonSerializer>
    {
        [typeof(string)] = new StringSerializer(),
        [typeof(bool)] = new PlainSerializer<bool>(v => v, v => v switch
        {
            BsonBoolean b => b.Value,
            { IsNumeric: true } => v.ToBoolean(),
            _ => null,
        }),
        [typeof(byte)] = new NumberSerializer<byte>(BsonType.Int32),
        [typeof(sbyte)] = new NumberSerializer<sbyte>(BsonType.Int32),
        [typeof(short)] = new NumberSerializer<short>(BsonType.Int32),
        [typeof(ushort)] = new NumberSerializer<ushort>(BsonType.Int32),
        [typeof(int)] = new NumberSerializer<int>(BsonType.Int32),
        [typeof(uint)] = new NumberSerializer<uint>(BsonType.Int64),
        [typeof(long)] = new NumberSerializer<long>(BsonType.Int64),
        [typeof(ulong)] = new NumberSerializer<ulong>(BsonType.Int64),
        [typeof(float)] = new NumberSerializer<float>(BsonType.Double),
        [typeof(double)] = new NumberSerializer<double>(BsonType.Double),
        [typeof(decimal)] = new DecimalSerializer(),
        [typeof(Decimal128)] = new PlainSerializer<Decimal128>(
            v => new BsonDecimal128(v), v => Numbers.Read<decimal>(v) is { } d ? new Decimal128(d) : null),
        [typeof(char)] = new PlainSerializer<char>(v => (int)v, v => v switch
        {
            BsonInt32 i => (char)i.Value,
            BsonString { Value.Length: 1 } s => s.Value[0],
            _ => null,
        }),
        [typeof(DateTime)] = new DateTimeSerializer(),
        [typeof(DateTimeOffset)] = new DateTimeOffsetSerializer(BsonType.Document),
        [typeof(DateOnly)] = new PlainSerializer<DateOnly>(
            v => new BsonDateTime(v.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc)),
            v => v is BsonDateTime d ? DateOnly.FromDateTime(d.ToUniversalTime()) : null),
        [typeof(TimeOnly)] = new PlainSerializer<TimeOnly>(v => v.Ticks, v => v is BsonInt64 i ? new TimeOnly(i.Value) : null),
        [typeof(TimeSpan)] = new PlainSerializer<TimeSpan>(
            v => v.ToString(), v => v is BsonString s ? TimeSpan.Parse(s.Value, CultureInfo.InvariantCulture) : null),
        [typeof(Uri)] = new PlainSerializer<Uri>(
            v => v.OriginalString, v => v is BsonString s ? new Uri(s.Value, UriKind.RelativeOrAbsolute) : null),
        [typeof(Guid)] = new GuidSerializer(),
        [typeof(ObjectId)] = new ObjectIdSerializer(BsonType.ObjectId),
        [typeof(byte[])] = new PlainSerializer<byte[]>(v => new BsonBinaryData(v), v => (v as BsonBinaryData)?.Bytes),
        [typeof(object)] = new ObjectSerializer(),
    });

    /// <summary>Reads an object of a type.</summary>
    /// <typeparam name="TNominalType">The type.</typeparam>
    /// <param name="document">The document.</param>
    /// <returns>The object.</returns>
    /// <exception cref="FormatException">The document does not fit the type.</exception>
    public static TNominalType Deserialize<TNominalType>(BsonDocument document) =>
        (TNominalType)LookupSerializer<TNominalType>().Read(document);

    /// <summary>The serializer of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <returns>The serializer.</returns>
    public static IBsonSerializer<T> LookupSerializer<T>() => (IBsonSerializer<T>)LookupSerializer(typeof(T));

    /// <summary>The serializer of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The serializer.</returns>
    public static IBsonSerializer LookupSerializer(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Serializers.GetOrAdd(type, Create);
    }

    /// <summary>Registers the serializer of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="serializer">The serializer.</param>
    /// <exception cref="BsonSerializationException">There is one already, or the built-in one was used already.</exception>
    public static void RegisterSerializer<T>(IBsonSerializer<T> serializer)
    {
        if (!TryRegisterSerializer(serializer))
        {
            throw new BsonSerializationException($"There is already a serializer registered for type {typeof(T).FullName}.");
        }
    }

    /// <summary>Registers the serializer of a type, unless another one is there.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="serializer">The serializer.</param>
    /// <returns>Whether it was registered.</returns>
    public static bool TryRegisterSerializer<T>(IBsonSerializer<T> serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        return Registered.TryAdd(typeof(T), true) && (Serializers[typeof(T)] = serializer) != null;
    }

    private static readonly ConcurrentDictionary<Type, bool> Registered = new();

    private static IBsonSerializer Create(Type type)
    {
        if (typeof(BsonValue).IsAssignableFrom(type))
        {
            return Make(typeof(BsonValueSerializer<>), [type]);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Make(typeof(NullableSerializer<>), [underlying], LookupSerializer(underlying));
        }

        if (type.IsEnum)
        {
            return Make(typeof(EnumSerializer<>), [type]);
        }

        if (type.IsArray && type.GetArrayRank() == 1)
        {
            return Sequence(type, type.GetElementType()!);
        }

        if (FindGeneric(type, typeof(IReadOnlyDictionary<,>)) is { } map || (map = FindGeneric(type, typeof(IDictionary<,>))) != null)
        {
            var arguments = map.GetGenericArguments();
            if (arguments[0] != typeof(string) || !type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(arguments)))
            {
                throw new NotSupportedException($"Mapping {type} is not supported: a dictionary must have text keys and be no type of its own.");
            }

            return Make(typeof(DictionarySerializer<,>), [type, arguments[1]], LookupSerializer(arguments[1]));
        }

        if (FindGeneric(type, typeof(IEnumerable<>)) is { } sequence)
        {
            return Sequence(type, sequence.GetGenericArguments()[0]);
        }

        if (type.IsPrimitive || type.IsPointer || typeof(Delegate).IsAssignableFrom(type) || typeof(IEnumerable).IsAssignableFrom(type)
            || typeof(Type).IsAssignableFrom(type))
        {
            throw new NotSupportedException($"Mapping {type} is not supported.");
        }

        return Make(typeof(ClassMapSerializer<>), [type]);
    }

    private static IBsonSerializer Sequence(Type type, Type item)
    {
        var list = typeof(List<>).MakeGenericType(item);
        var build = typeof(BsonSerializer).GetMethod(nameof(Builder), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type, item).Invoke(null, null);
        return Make(typeof(SequenceSerializer<,>), [type, item], LookupSerializer(item), build);
    }

    private static Func<List<TItem>, object> Builder<TSequence, TItem>()
    {
        var type = typeof(TSequence);
        if (type.IsArray)
        {
            return list => list.ToArray();
        }

        if (type.IsAssignableFrom(typeof(List<TItem>)))
        {
            return list => list;
        }

        if (type.IsAssignableFrom(typeof(HashSet<TItem>)))
        {
            return list => new HashSet<TItem>(list);
        }

        if (typeof(ICollection<TItem>).IsAssignableFrom(type) && type.GetConstructor(Type.EmptyTypes) != null)
        {
            return list =>
            {
                var collection = (ICollection<TItem>)Activator.CreateInstance<TSequence>();
                list.ForEach(collection.Add);
                return collection;
            };
        }

        if (type.GetConstructor([typeof(IEnumerable<TItem>)]) != null)
        {
            return list => Activator.CreateInstance(type, list);
        }

        throw new NotSupportedException($"Mapping {type} is not supported.");
    }

    private static Type FindGeneric(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition
            ? type
            : Array.Find(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == definition);

    private static IBsonSerializer Make(Type definition, Type[] arguments, params object[] parts) =>
        (IBsonSerializer)Activator.CreateInstance(
            definition.MakeGenericType(arguments),
            System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic,
            binder: null, parts, CultureInfo.InvariantCulture);
}
