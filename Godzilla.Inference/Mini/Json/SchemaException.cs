namespace Godzilla.Inference.Mini.Json;

/// <summary>A JSON schema that no document can be made for; the message says where and why, and is for whoever sent it.</summary>
internal sealed class SchemaException : Exception
{
    public SchemaException()
        : base("The schema cannot be used.")
    {
    }

    public SchemaException(string message)
        : base(message)
    {
    }

    public SchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
