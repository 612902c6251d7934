namespace Godzilla.ServiceDefaults.Errors;

/// <summary>
/// Which exceptions mean "a dependency is out of reach, try again" and so are answered with 503, not with 500. A
/// <see cref="TimeoutException"/> always is one; a client library's own are added where that library is set up.
/// </summary>
public sealed class DependencyFailures
{
    private readonly List<Func<Exception, bool>> _failures = [static exception => exception is TimeoutException];

    /// <summary>Counts <typeparamref name="TException"/> in, or only those for which <paramref name="when"/> is true.</summary>
    /// <typeparam name="TException">The exception that a client library throws.</typeparam>
    /// <param name="when">Tells an outage from a mistake of ours, where the type alone does not.</param>
    /// <returns>This.</returns>
    public DependencyFailures Add<TException>(Func<TException, bool>? when = null)
        where TException : Exception
    {
        _failures.Add(exception => exception is TException match && (when is null || when(match)));
        return this;
    }

    /// <summary>Whether <paramref name="exception"/> is an outage of a dependency.</summary>
    /// <param name="exception">What a call to the dependency threw.</param>
    /// <returns><see langword="true"/> if trying again later can help.</returns>
    public bool Match(Exception exception) => _failures.Exists(failure => failure(exception));
}
