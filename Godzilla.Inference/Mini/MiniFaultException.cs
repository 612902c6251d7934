namespace Godzilla.Inference.Mini;

/// <summary>The built-in model failed because its options say so.</summary>
internal sealed class MiniFaultException : Exception
{
    public MiniFaultException()
        : base("The model failed, as its options ask for.")
    {
    }

    public MiniFaultException(string message)
        : base(message)
    {
    }

    public MiniFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
