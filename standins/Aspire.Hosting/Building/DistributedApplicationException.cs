namespace Aspire.Hosting;

/// <summary>The application is wrong or cannot be run; the message says why.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A parameter has no value: none is configured, and it has no default.</summary>
#pragma warning disable CA1032 // The constructors of the real one.
public class MissingParameterValueException : DistributedApplicationException
#pragma warning restore CA1032
{
    /// <summary>Creates the exception.</summary>
    public MissingParameterValueException(string message)
        : base(message)
    {
    }
}
