namespace MongoDB.Bson;

/// <summary>A fault in this library.</summary>
[Serializable]
public class BsonException : Exception
{
    /// <summary>Without a message.</summary>
    public BsonException()
    {
    }

    /// <summary>With a message.</summary>
    public BsonException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public BsonException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A value that cannot be written as BSON or read from it.</summary>
[Serializable]
public class BsonSerializationException : BsonException
{
    /// <summary>Without a message.</summary>
    public BsonSerializationException()
    {
    }

    /// <summary>With a message.</summary>
    public BsonSerializationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public BsonSerializationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A number that would lose part of itself.</summary>
[Serializable]
public class TruncationException : BsonException
{
    /// <summary>Without a message.</summary>
    public TruncationException()
    {
    }

    /// <summary>With a message.</summary>
    public TruncationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public TruncationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
