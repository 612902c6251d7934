namespace MongoDB.Bson.Serialization.Attributes;

/// <summary>The member that is a document's <c>_id</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonIdAttribute : Attribute
{
    /// <summary>Where the element stands among the others.</summary>
    public int Order { get; set; } = int.MaxValue;
}

/// <summary>The name under which a member is stored.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonElementAttribute : Attribute
{
    /// <summary>Stores a member that is not stored by itself, under its own name.</summary>
    public BsonElementAttribute()
    {
    }

    /// <summary>Stores a member under a name.</summary>
    /// <param name="elementName">The name.</param>
    public BsonElementAttribute(string elementName) => ElementName = elementName;

    /// <summary>The name, or null for the member's own.</summary>
    public string ElementName { get; }

    /// <summary>Where the element stands among the others.</summary>
    public int Order { get; set; } = int.MaxValue;
}

/// <summary>An attribute that says how a member's value is written.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public abstract class BsonSerializationOptionsAttribute : Attribute
{
    private protected BsonSerializationOptionsAttribute()
    {
    }

    internal abstract IBsonSerializer Configure(IBsonSerializer serializer);
}

/// <summary>The BSON type as which a member is stored.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonRepresentationAttribute : BsonSerializationOptionsAttribute
{
    /// <summary>Stores a member as a type.</summary>
    /// <param name="representation">The type.</param>
    public BsonRepresentationAttribute(BsonType representation) => Representation = representation;

    /// <summary>The type.</summary>
    public BsonType Representation { get; }

    internal override IBsonSerializer Configure(IBsonSerializer serializer) => serializer.WithRepresentation(Representation);
}

/// <summary>How a date is stored and read.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonDateTimeOptionsAttribute : BsonSerializationOptionsAttribute
{
    /// <summary>Whether the date has no time of day.</summary>
    public bool DateOnly { get; set; }

    /// <summary>The kind that a date has when it is read.</summary>
    public DateTimeKind Kind { get; set; } = DateTimeKind.Utc;

    /// <summary>The type as which the date is stored.</summary>
    public BsonType Representation { get; set; } = BsonType.DateTime;

    internal override IBsonSerializer Configure(IBsonSerializer serializer) =>
        serializer.Rebuild(inner => inner is Serializers.DateTimeSerializer
            ? new Serializers.DateTimeSerializer(Kind, Representation, DateOnly)
            : null) ?? throw new InvalidOperationException("BsonDateTimeOptions needs a DateTime member.");
}

/// <summary>The byte order in which a GUID is stored.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonGuidRepresentationAttribute : BsonSerializationOptionsAttribute
{
    /// <summary>Stores a GUID in a byte order.</summary>
    /// <param name="guidRepresentation">The byte order.</param>
    public BsonGuidRepresentationAttribute(GuidRepresentation guidRepresentation) => GuidRepresentation = guidRepresentation;

    /// <summary>The byte order.</summary>
    public GuidRepresentation GuidRepresentation { get; }

    internal override IBsonSerializer Configure(IBsonSerializer serializer) =>
        serializer.Rebuild(inner => inner is Serializers.GuidSerializer
            ? new Serializers.GuidSerializer(GuidRepresentation)
            : null) ?? throw new InvalidOperationException("BsonGuidRepresentation needs a Guid member.");
}

/// <summary>Leaves a member out.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonIgnoreAttribute : Attribute
{
}

/// <summary>Leaves a member out while it is null.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonIgnoreIfNullAttribute : Attribute
{
    /// <summary>Leaves the member out while it is null.</summary>
    public BsonIgnoreIfNullAttribute()
        : this(true)
    {
    }

    /// <summary>Leaves the member out while it is null, or does not.</summary>
    /// <param name="value">Whether to leave it out.</param>
    public BsonIgnoreIfNullAttribute(bool value) => Value = value;

    /// <summary>Whether to leave it out.</summary>
    public bool Value { get; }
}

/// <summary>Leaves a member out while it has its type's default value.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonIgnoreIfDefaultAttribute : Attribute
{
    /// <summary>Leaves the member out while it has the default value.</summary>
    public BsonIgnoreIfDefaultAttribute()
        : this(true)
    {
    }

    /// <summary>Leaves the member out while it has the default value, or does not.</summary>
    /// <param name="value">Whether to leave it out.</param>
    public BsonIgnoreIfDefaultAttribute(bool value) => Value = value;

    /// <summary>Whether to leave it out.</summary>
    public bool Value { get; }
}

/// <summary>Reading fails when the element is missing.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonRequiredAttribute : Attribute
{
}

/// <summary>The value of a member whose element is missing.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonDefaultValueAttribute : Attribute
{
    /// <summary>Gives a member a value when its element is missing.</summary>
    /// <param name="defaultValue">The value.</param>
    public BsonDefaultValueAttribute(object defaultValue) => DefaultValue = defaultValue;

    /// <summary>The value.</summary>
    public object DefaultValue { get; }
}

/// <summary>Elements that fit no member are passed over instead of failing.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public class BsonIgnoreExtraElementsAttribute : Attribute
{
    /// <summary>Passes them over.</summary>
    public BsonIgnoreExtraElementsAttribute()
        : this(true)
    {
    }

    /// <summary>Passes them over, or does not.</summary>
    /// <param name="ignoreExtraElements">Whether to pass them over.</param>
    public BsonIgnoreExtraElementsAttribute(bool ignoreExtraElements) => IgnoreExtraElements = ignoreExtraElements;

    /// <summary>Whether they are passed over.</summary>
    public bool IgnoreExtraElements { get; }

    /// <summary>Whether derived classes do so too.</summary>
    public bool Inherited { get; set; }
}

/// <summary>The member, a <see cref="BsonDocument"/>, that takes the elements which fit no other.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class BsonExtraElementsAttribute : Attribute
{
}

/// <summary>A document without an <c>_id</c> member.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public class BsonNoIdAttribute : Attribute
{
}

/// <summary>The constructor that builds an object which was read.</summary>
[AttributeUsage(AttributeTargets.Constructor)]
public class BsonConstructorAttribute : Attribute
{
    /// <summary>Matches parameters with members by their names, in any case.</summary>
    public BsonConstructorAttribute()
    {
    }

    /// <summary>Matches parameters with named members.</summary>
    /// <param name="argumentNames">For each parameter, a member's name.</param>
    public BsonConstructorAttribute(params string[] argumentNames) => ArgumentNames = argumentNames;

    /// <summary>The members' names, or null.</summary>
    public string[] ArgumentNames { get; }
}
