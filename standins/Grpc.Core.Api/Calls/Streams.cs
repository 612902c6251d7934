namespace Grpc.Core;

/// <summary>A stream of messages that come in.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that <see cref="MoveNext"/> moved to.</summary>
    T Current { get; }

    /// <summary>Waits for the next message; false when there is none.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>A stream of messages that go out. One write at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the next messages are to be written; null for the call's own options.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message, and waits while the peer takes no more.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes a message; cancelling ends the call.</summary>
    /// <exception cref="NotSupportedException">The writer knows no cancellation, and the token can be cancelled.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException("This stream's writes cannot be cancelled.")
        : WriteAsync(message);
}

/// <summary>A client's stream of requests.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream.</summary>
    Task CompleteAsync();
}

/// <summary>A server's stream of responses; it ends with the method.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}

/// <summary>Shorter forms of reading a stream.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Waits for the next message; false when there is none.</summary>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }
}
