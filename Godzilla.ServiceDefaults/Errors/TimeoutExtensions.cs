namespace Godzilla.ServiceDefaults.Errors;

/// <summary>Bounds calls to dependencies from outside: a client library's own time-outs do not bound a server that hangs.</summary>
public static class TimeoutExtensions
{
    /// <summary>How long a service waits for a dependency before it answers 503, so that its caller has an answer within a second.</summary>
    public static TimeSpan DependencyLimit { get; internal set; } = TimeSpan.FromMilliseconds(700);

    /// <summary>Waits for a call to a dependency for at most <see cref="DependencyLimit"/>.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="call">A call under way. It is not cancelled: a command that the server reaches later still runs.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="TimeoutException">There was none in time; a write may or may not have been done.</exception>
    public static Task<T> WithTimeout<T>(this Task<T> call, CancellationToken cancellationToken = default) =>
        call.WaitAsync(DependencyLimit, cancellationToken);

    /// <inheritdoc cref="WithTimeout{T}"/>
    public static Task WithTimeout(this Task call, CancellationToken cancellationToken = default) =>
        call.WaitAsync(DependencyLimit, cancellationToken);
}
