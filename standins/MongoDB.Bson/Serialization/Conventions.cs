namespace MongoDB.Bson.Serialization.Conventions;

/// <summary>A rule about how classes map.</summary>
public interface IConvention
{
    /// <summary>The rule's name.</summary>
    string Name { get; }

    // Keeps the interface from being implemented elsewhere, where the real one asks for more.
    internal void Apply(ClassMap map);
}

/// <summary>Some rules together.</summary>
public interface IConventionPack
{
    /// <summary>The rules.</summary>
    IEnumerable<IConvention> Conventions { get; }

    internal bool IsSealed => true;
}

/// <summary>What every rule has.</summary>
public abstract class ConventionBase : IConvention
{
    private protected ConventionBase() => Name = GetType().Name.Replace("Convention", "", StringComparison.Ordinal);

    /// <inheritdoc />
    public string Name { get; }

    void IConvention.Apply(ClassMap map) => Apply(map);

    private protected abstract void Apply(ClassMap map);
}

/// <summary>Names elements in camel case.</summary>
public class CamelCaseElementNameConvention : ConventionBase
{
    private protected override void Apply(ClassMap map)
    {
        foreach (var member in map.Members)
        {
            member.ElementName = member == map.IdMember
                ? "_id"
                : char.ToLowerInvariant(member.Member.Name[0]) + member.Member.Name[1..];
        }
    }
}

/// <summary>Says whether elements that fit no member are passed over.</summary>
public class IgnoreExtraElementsConvention : ConventionBase
{
    private readonly bool _ignoreExtraElements;

    /// <summary>The rule.</summary>
    /// <param name="ignoreExtraElements">Whether they are passed over.</param>
    public IgnoreExtraElementsConvention(bool ignoreExtraElements) => _ignoreExtraElements = ignoreExtraElements;

    private protected override void Apply(ClassMap map) => map.IgnoreExtraElements = _ignoreExtraElements;
}

/// <summary>Says whether members are left out while they are null.</summary>
public class IgnoreIfNullConvention : ConventionBase
{
    private readonly bool _ignoreIfNull;

    /// <summary>The rule.</summary>
    /// <param name="ignoreIfNull">Whether they are left out.</param>
    public IgnoreIfNullConvention(bool ignoreIfNull) => _ignoreIfNull = ignoreIfNull;

    private protected override void Apply(ClassMap map)
    {
        foreach (var member in map.Members)
        {
            member.IgnoreIfNull = _ignoreIfNull;
        }
    }
}

/// <summary>Says as which type enums are stored.</summary>
public class EnumRepresentationConvention : ConventionBase
{
    /// <summary>The rule.</summary>
    /// <param name="representation">Int32, Int64 or String.</param>
    public EnumRepresentationConvention(BsonType representation) => Representation = representation;

    /// <summary>The type.</summary>
    public BsonType Representation { get; }

    private protected override void Apply(ClassMap map)
    {
        foreach (var member in map.Members)
        {
            if ((Nullable.GetUnderlyingType(member.MemberType) ?? member.MemberType).IsEnum)
            {
                member.Serializer = member.Serializer.WithRepresentation(Representation);
            }
        }
    }
}

/// <summary>A list of rules.</summary>
public class ConventionPack : IConventionPack, IEnumerable<IConvention>
{
    private readonly List<IConvention> _conventions = [];

    /// <inheritdoc />
    public IEnumerable<IConvention> Conventions => _conventions;

    /// <summary>Adds a rule.</summary>
    /// <param name="convention">The rule.</param>
    public void Add(IConvention convention)
    {
        ArgumentNullException.ThrowIfNull(convention);
        _conventions.Add(convention);
    }

    /// <summary>Adds rules.</summary>
    /// <param name="conventions">The rules.</param>
    public void AddRange(IEnumerable<IConvention> conventions)
    {
        ArgumentNullException.ThrowIfNull(conventions);
        _conventions.AddRange(conventions);
    }

    /// <summary>The rules in order.</summary>
    public IEnumerator<IConvention> GetEnumerator() => _conventions.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The rules of this process. A class takes those that are registered when it is first mapped.</summary>
public static class ConventionRegistry
{
    private static readonly Lock Gate = new();
    private static readonly List<(string Name, IConventionPack Pack, Func<Type, bool> Filter)> Packs = [];

    /// <summary>Registers rules.</summary>
    /// <param name="name">A name for them.</param>
    /// <param name="conventions">The rules.</param>
    /// <param name="filter">To which classes they apply.</param>
    public static void Register(string name, IConventionPack conventions, Func<Type, bool> filter)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(conventions);
        ArgumentNullException.ThrowIfNull(filter);
        lock (Gate)
        {
            Packs.Add((name, conventions, filter));
        }
    }

    /// <summary>Removes rules, for classes that are not mapped yet.</summary>
    /// <param name="name">Their name.</param>
    public static void Remove(string name)
    {
        lock (Gate)
        {
            Packs.RemoveAll(p => p.Name == name);
        }
    }

    internal static void Apply(ClassMap map)
    {
        (string Name, IConventionPack Pack, Func<Type, bool> Filter)[] packs;
        lock (Gate)
        {
            packs = [.. Packs];
        }

        foreach (var convention in packs.Where(p => p.Filter(map.Type)).SelectMany(p => p.Pack.Conventions))
        {
            convention.Apply(map);
        }
    }
}
