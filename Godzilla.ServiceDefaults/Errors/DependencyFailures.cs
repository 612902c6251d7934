namespace Godzilla.ServiceDefaults.Errors;

/// <summary>
/// The exceptions that mean "a dependency is out of reach, try again". <see cref="FailurePolicy"/> turns them into 503, a hub error or
/// <c>UNAVAILABLE</c>. A <see cref="TimeoutException"/> always is one; those of a client library are added where it is set up.
/// </summary>
public sealed class DependencyFailures
{
    private readonly List<Func<Exception, bool>> _failures = [static exception => exception is TimeoutException];

    /// <summary>Adds <typeparamref name="TException"/>, or only those for which <paramref name="when"/> is true.</summary>
    /// <typeparam name="TException">The exception that a client library throws.</typeparam>
    /// <param name="when">Separates an outage from a bug of ours, where the type alone does not.</param>
    /// <returns>This.</returns>
    public DependencyFailures Add<TException>(Func<TException, bool>? when = null)
        where TException : Exception
    {
        _failures.Add(exception => exception is TException match && (when is null || when(match)));
        return this;
    }

    /// <summary>Whether <paramref name="exception"/> is an outage of a dependency.</summary>
    /// <param name="exception">The exception that a call to the dependency threw.</param>
    /// <returns><see langword="true"/> if trying again later can help.</returns>
    public bool Match(Exception exception) => _failures.Exists(failure => failure(exception));
}
