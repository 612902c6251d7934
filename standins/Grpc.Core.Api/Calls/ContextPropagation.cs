namespace Grpc.Core;

/// <summary>What of a server's call passes on to the calls that it makes.</summary>
public class ContextPropagationOptions
{
    /// <summary>All of it.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>The chosen parts.</summary>
    public ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
    {
        IsPropagateDeadline = propagateDeadline;
        IsPropagateCancellation = propagateCancellation;
    }

    /// <summary>True when the deadline passes on.</summary>
    public bool IsPropagateDeadline { get; }

    /// <summary>True when cancellation passes on.</summary>
    public bool IsPropagateCancellation { get; }
}

/// <summary>Stands for a server's call whose context passes on to a client's.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
