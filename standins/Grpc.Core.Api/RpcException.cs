namespace Grpc.Core;

/// <summary>A call that ended with anything but success. Thrown in a server's method, it becomes the call's status.</summary>
public class RpcException : Exception
{
    /// <summary>An exception for <paramref name="status"/>.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>An exception for <paramref name="status"/> with a message that stays on this side.</summary>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>An exception for <paramref name="status"/> with trailers.</summary>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>An exception for <paramref name="status"/> with trailers and a message that stays on this side.</summary>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The status's code.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>What the server sent after its last message.</summary>
    public Metadata Trailers { get; }
}
