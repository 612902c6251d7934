using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Bson.Serialization.Conventions;

namespace MongoDB.Bson.Serialization;

/// <summary>A member of a class and how it is stored.</summary>
internal sealed class MemberMap(MemberInfo member, IBsonSerializer serializer)
{
    internal MemberInfo Member => member;

    internal Type MemberType { get; } = member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    internal IBsonSerializer Serializer { get; set; } = serializer;

    internal string ElementName { get; set; } = member.Name;

    internal int Order { get; set; } = int.MaxValue;

    internal bool IgnoreIfNull { get; set; }

    internal bool IgnoreIfDefault { get; set; }

    internal bool IsRequired { get; set; }

    internal bool HasDefault { get; set; }

    internal object Default { get; set; }

    internal Func<object, object> Get { get; set; }

    /// <summary>Null when only a constructor can set the member.</summary>
    internal Action<object, object> Set { get; set; }
}

/// <summary>How a class is stored: the real driver's default conventions, the registered ones, then attributes.</summary>
internal sealed class ClassMap
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly string[] IdNames = ["Id", "id", "_id"];

    private readonly Dictionary<string, MemberMap> _byElement;
    private readonly ConstructorInfo _constructor;
    private readonly MemberMap[] _arguments;

    internal ClassMap(Type type, Func<Type, IBsonSerializer> serializers)
    {
        Type = type;
        if (type.IsAbstract || type.IsInterface)
        {
            throw new NotSupportedException($"Mapping {type} (an abstract type, which needs a discriminator) is not supported.");
        }

        if (type.IsDefined(typeof(BsonNoIdAttribute), inherit: false))
        {
            HasNoId = true;
        }

        _constructor = FindConstructor(type);
        var parameters = _constructor?.GetParameters() ?? [];
        Members = [.. FindMembers(type, parameters).Select(m => new MemberMap(m, serializers(MemberTypeOf(m))))];
        IdMember = HasNoId
            ? null
            : Members.Find(m => m.Member.IsDefined(typeof(BsonIdAttribute)))
                ?? IdNames.Select(name => Members.Find(m => m.Member.Name == name)).FirstOrDefault(m => m != null);
        if (IdMember != null)
        {
            IdMember.ElementName = "_id";
        }

        ExtraElements = Members.Find(m => m.Member.IsDefined(typeof(BsonExtraElementsAttribute)))
            ?? Members.Find(m => m.Member.Name == "ExtraElements" && m.MemberType == typeof(BsonDocument));

        ConventionRegistry.Apply(this);
        ApplyAttributes();
        Compile();

        _byElement = new Dictionary<string, MemberMap>(StringComparer.Ordinal);
        foreach (var member in Members.Where(m => m != ExtraElements))
        {
            if (!_byElement.TryAdd(member.ElementName, member))
            {
                throw new BsonSerializationException(
                    $"The property '{member.Member.Name}' of type '{type}' cannot use element name '{member.ElementName}' because it is "
                    + $"already being used by property '{_byElement[member.ElementName].Member.Name}'.");
            }
        }

        Members = [.. Members.OrderBy(m => m.Order)];
        _arguments = Match(parameters);
    }

    internal Type Type { get; }

    internal List<MemberMap> Members { get; }

    internal MemberMap IdMember { get; }

    internal MemberMap ExtraElements { get; }

    internal bool HasNoId { get; }

    internal bool IgnoreExtraElements { get; set; }

    internal MemberMap FindMember(string memberName) => Members.Find(m => m.Member.Name == memberName && m != ExtraElements);

    internal BsonDocument Write(object value, bool idFirst)
    {
        var document = new BsonDocument();
        if (idFirst && IdMember != null)
        {
            Write(document, IdMember, value);
        }

        foreach (var member in Members)
        {
            if (member == ExtraElements)
            {
                if (member.Get(value) is BsonDocument extra)
                {
                    document.AddRange(extra);
                }
            }
            else if (!idFirst || member != IdMember)
            {
                Write(document, member, value);
            }
        }

        return document;
    }

    internal object Read(BsonDocument document)
    {
        var values = new Dictionary<MemberMap, object>();
        BsonDocument extra = null;
        foreach (var element in document)
        {
            if (_byElement.TryGetValue(element.Name, out var member))
            {
                values[member] = Read(member, element.Value);
            }
            else if (ExtraElements != null)
            {
                (extra ??= []).Add(element);
            }
            else if (!IgnoreExtraElements)
            {
                throw new FormatException(
                    $"Element '{element.Name}' does not match any field or property of class {Type.FullName}.");
            }
        }

        foreach (var member in Members)
        {
            if (!values.ContainsKey(member) && member != ExtraElements)
            {
                if (member.IsRequired)
                {
                    var kind = member.Member is FieldInfo ? "field" : "property";
                    throw new FormatException(
                        $"Required element '{member.ElementName}' for {kind} '{member.Member.Name}' of class {Type.FullName} is missing.");
                }

                if (member.HasDefault)
                {
                    values[member] = member.Default;
                }
            }
        }

        var instance = Create(values);
        foreach (var (member, value) in values)
        {
            member.Set?.Invoke(instance, value);
        }

        if (extra != null)
        {
            ExtraElements.Set(instance, extra);
        }

        return instance;
    }

    private static Type MemberTypeOf(MemberInfo member) =>
        member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    private static void Write(BsonDocument document, MemberMap member, object instance)
    {
        var value = member.Get(instance);
        if ((member.IgnoreIfNull && value is null) || (member.IgnoreIfDefault && Equals(value, DefaultOf(member))))
        {
            return;
        }

        document.Add(member.ElementName, member.Serializer.Write(value));
    }

    private static object DefaultOf(MemberMap member) => member.HasDefault
        ? member.Default
        : member.MemberType.IsValueType ? RuntimeHelpers.GetUninitializedObject(member.MemberType) : null;

    // Positional records, and classes without any public setter, are built by a constructor; see the real
    // ImmutableTypeClassMapConvention for the rule. All others are built without arguments, then set.
    private static ConstructorInfo FindConstructor(Type type)
    {
        var marked = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .FirstOrDefault(c => c.IsDefined(typeof(BsonConstructorAttribute)));
        if (marked != null)
        {
            return marked;
        }

        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        if (type.GetConstructor(Type.EmptyTypes) != null || properties.Any(p => p.SetMethod is { IsPublic: true }))
        {
            return null;
        }

        return type.GetConstructors()
            .Where(c => c.GetParameters().All(
                p => properties.Count(m => m.Name.Equals(p.Name, StringComparison.OrdinalIgnoreCase)) == 1))
            .OrderByDescending(c => c.GetParameters().Length)
            .FirstOrDefault();
    }

    private static List<MemberInfo> FindMembers(Type type, ParameterInfo[] parameters)
    {
        var lineage = new Stack<Type>();
        for (var current = type; current != null && current != typeof(object) && current != typeof(ValueType); current = current.BaseType)
        {
            lineage.Push(current);
        }

        var found = new List<MemberInfo>();
        foreach (var level in lineage)
        {
            foreach (var field in level.GetFields(Declared))
            {
                if ((field is { IsPublic: true, IsInitOnly: false } || IsMarked(field)) && !field.IsDefined(typeof(BsonIgnoreAttribute))
                    && !field.IsDefined(typeof(CompilerGeneratedAttribute)))
                {
                    found.Add(field);
                }
            }

            foreach (var property in level.GetProperties(Declared))
            {
                if (property.GetIndexParameters().Length != 0 || !property.CanRead || property.IsDefined(typeof(BsonIgnoreAttribute))
                    || (property.GetMethod!.IsVirtual && property.GetMethod.GetBaseDefinition() != property.GetMethod))
                {
                    continue;
                }

                var isArgument = Array.Exists(
                    parameters, p => p.Name!.Equals(property.Name, StringComparison.OrdinalIgnoreCase));
                if (IsMarked(property) || (property.GetMethod.IsPublic && (property.CanWrite || isArgument)))
                {
                    found.Add(property);
                }
            }
        }

        return found;
    }

    private static bool IsMarked(MemberInfo member) =>
        member.IsDefined(typeof(BsonElementAttribute)) || member.IsDefined(typeof(BsonIdAttribute));

    private void ApplyAttributes()
    {
        for (var level = Type; level != null; level = level.BaseType)
        {
            if (level.GetCustomAttribute<BsonIgnoreExtraElementsAttribute>(inherit: false) is { } ignore && (level == Type || ignore.Inherited))
            {
                IgnoreExtraElements = ignore.IgnoreExtraElements;
                break;
            }
        }

        foreach (var member in Members)
        {
            foreach (var attribute in member.Member.GetCustomAttributes())
            {
                switch (attribute)
                {
                    case BsonElementAttribute element:
                        member.ElementName = element.ElementName ?? member.ElementName;
                        member.Order = element.Order;
                        break;
                    case BsonIdAttribute id:
                        member.Order = id.Order;
                        break;
                    case BsonIgnoreIfNullAttribute ignore:
                        member.IgnoreIfNull = ignore.Value;
                        break;
                    case BsonIgnoreIfDefaultAttribute ignore:
                        member.IgnoreIfDefault = ignore.Value;
                        break;
                    case BsonRequiredAttribute:
                        member.IsRequired = true;
                        break;
                    case BsonDefaultValueAttribute @default:
                        member.HasDefault = true;
                        member.Default = @default.DefaultValue;
                        break;
                    case BsonSerializationOptionsAttribute options:
                        member.Serializer = options.Configure(member.Serializer);
                        break;
                }
            }
        }
    }

    private void Compile()
    {
        foreach (var member in Members)
        {
            var instance = Expression.Parameter(typeof(object));
            var typed = Type.IsValueType ? Expression.Unbox(instance, Type) : Expression.Convert(instance, Type);
            var access = Expression.MakeMemberAccess(
                member.Member.DeclaringType == Type ? typed : Expression.Convert(typed, member.Member.DeclaringType!), member.Member);
            member.Get = Expression.Lambda<Func<object, object>>(Expression.Convert(access, typeof(object)), instance).Compile();
            if (member.Member is PropertyInfo { CanWrite: true } or FieldInfo { IsInitOnly: false })
            {
                var value = Expression.Parameter(typeof(object));
                member.Set = Expression.Lambda<Action<object, object>>(
                    Expression.Assign(access, Expression.Convert(value, member.MemberType)), instance, value).Compile();
            }
        }
    }

    private MemberMap[] Match(ParameterInfo[] parameters)
    {
        var names = _constructor?.GetCustomAttribute<BsonConstructorAttribute>()?.ArgumentNames;
        return
        [
            .. parameters.Select((parameter, i) =>
                Members.Find(m => m.Member.Name.Equals(
                    names is { Length: > 0 } ? names[i] : parameter.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw new BsonSerializationException(
                    $"Creator map for class {Type.FullName} has a parameter '{parameter.Name}' that matches no member.")),
        ];
    }

    private object Create(Dictionary<MemberMap, object> values)
    {
        if (_constructor == null)
        {
            return Type.IsValueType || Type.GetConstructor(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, Type.EmptyTypes) == null
                ? RuntimeHelpers.GetUninitializedObject(Type)
                : Activator.CreateInstance(Type, nonPublic: true);
        }

        var arguments = new object[_arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!values.Remove(_arguments[i], out arguments[i]))
            {
                throw new BsonSerializationException($"No matching creator found for class {Type.FullName}.");
            }
        }

        return _constructor.Invoke(arguments);
    }

    private object Read(MemberMap member, BsonValue value)
    {
        try
        {
            return member.Serializer.Read(value);
        }
        catch (Exception fault) when (fault is not NotSupportedException)
        {
            var kind = member.Member is FieldInfo ? "field" : "property";
            throw new FormatException(
                $"An error occurred while deserializing the {member.Member.Name} {kind} of class {Type.FullName}: {fault.Message}", fault);
        }
    }
}
