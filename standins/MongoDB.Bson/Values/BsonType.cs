namespace MongoDB.Bson;

/// <summary>The type of a BSON value, by its number in bsonspec.org.</summary>
public enum BsonType
{
    /// <summary>No value: the end of a document.</summary>
    EndOfDocument = 0x00,

    /// <summary>A 64-bit float.</summary>
    Double = 0x01,

    /// <summary>UTF-8 text.</summary>
    String = 0x02,

    /// <summary>An embedded document.</summary>
    Document = 0x03,

    /// <summary>An array.</summary>
    Array = 0x04,

    /// <summary>Bytes with a subtype.</summary>
    Binary = 0x05,

    /// <summary>Undefined, deprecated.</summary>
    Undefined = 0x06,

    /// <summary>A 12-byte identifier.</summary>
    ObjectId = 0x07,

    /// <summary>True or false.</summary>
    Boolean = 0x08,

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    DateTime = 0x09,

    /// <summary>Null.</summary>
    Null = 0x0a,

    /// <summary>A regular expression.</summary>
    RegularExpression = 0x0b,

    /// <summary>JavaScript.</summary>
    JavaScript = 0x0d,

    /// <summary>A symbol, deprecated.</summary>
    Symbol = 0x0e,

    /// <summary>JavaScript with a scope.</summary>
    JavaScriptWithScope = 0x0f,

    /// <summary>A 32-bit integer.</summary>
    Int32 = 0x10,

    /// <summary>A replication timestamp.</summary>
    Timestamp = 0x11,

    /// <summary>A 64-bit integer.</summary>
    Int64 = 0x12,

    /// <summary>A decimal floating-point number.</summary>
    Decimal128 = 0x13,

    /// <summary>Below every other value.</summary>
    MinKey = 0xff,

    /// <summary>Above every other value.</summary>
    MaxKey = 0x7f,
}

/// <summary>What the bytes of a binary value mean.</summary>
public enum BsonBinarySubType
{
    /// <summary>Plain bytes.</summary>
    Binary = 0x00,

    /// <summary>A function.</summary>
    Function = 0x01,

    /// <summary>Plain bytes in the old form.</summary>
    OldBinary = 0x02,

    /// <summary>A UUID in a driver's own old byte order.</summary>
    UuidLegacy = 0x03,

    /// <summary>A UUID in RFC 4122's byte order.</summary>
    UuidStandard = 0x04,

    /// <summary>An MD5 hash.</summary>
    MD5 = 0x05,

    /// <summary>Encrypted.</summary>
    Encrypted = 0x06,

    /// <summary>A compressed column.</summary>
    Column = 0x07,

    /// <summary>Sensitive.</summary>
    Sensitive = 0x08,

    /// <summary>A vector.</summary>
    Vector = 0x09,

    /// <summary>The user's own.</summary>
    UserDefined = 0x80,
}

/// <summary>The byte order in which a <see cref="Guid"/> is stored.</summary>
public enum GuidRepresentation
{
    /// <summary>None chosen: a Guid can neither be written nor read.</summary>
    Unspecified = 0,

    /// <summary>Subtype 4, RFC 4122's byte order.</summary>
    Standard,

    /// <summary>Subtype 3, the old order of the C# driver.</summary>
    CSharpLegacy,

    /// <summary>Subtype 3, the old order of the Java driver.</summary>
    JavaLegacy,

    /// <summary>Subtype 3, the old order of the Python driver.</summary>
    PythonLegacy,
}
