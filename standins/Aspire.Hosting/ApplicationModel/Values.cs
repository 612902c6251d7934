namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that has a value once the application runs.</summary>
public interface IValueProvider
{
    /// <summary>Gets the value, waiting until it is known.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>Gets the value for whoever <paramref name="context"/> describes, waiting until it is known.</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);
}

/// <summary>Something that a manifest refers to by an expression.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The expression, in braces.</summary>
    string ValueExpression { get; }
}

/// <summary>Something that has a value when the application runs, and an expression when it is published.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider
{
}

/// <summary>Something whose value depends on others.</summary>
public interface IValueWithReferences
{
    /// <summary>What the value depends on.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>Who asks for a value.</summary>
public class ValueProviderContext
{
    /// <summary>What the application is being run for.</summary>
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }

    /// <summary>The resource that the value is for.</summary>
    public IResource? Caller { get; init; }

    /// <summary>The network that the value is used on.</summary>
    public NetworkIdentifier? Network { get; init; }
}

/// <summary>The name of a network.</summary>
/// <param name="Value">The name.</param>
public record NetworkIdentifier(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>The networks that endpoints are reached on. Here everything is on this machine's loopback.</summary>
public static class KnownNetworkIdentifiers
{
    /// <summary>This machine's loopback.</summary>
    public static readonly NetworkIdentifier LocalhostNetwork = new("localhost");
}

/// <summary>A value that is set later than it is asked for.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class ValueSnapshot<T>
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether there is a value.</summary>
    public bool IsValueSet
    {
        get
        {
            lock (_lock)
            {
                return _source.Task.IsCompletedSuccessfully;
            }
        }
    }

    /// <summary>Gets the value, waiting until it is set.</summary>
    public Task<T> GetValueAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            return _source.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Sets the value, or another one.</summary>
    public void SetValue(T value) => Set(source => source.TrySetResult(value));

    /// <summary>Says that there will be no value.</summary>
    public void SetException(Exception exception) => Set(source => source.TrySetException(exception));

    private void Set(Func<TaskCompletionSource<T>, bool> complete)
    {
        lock (_lock)
        {
            if (!complete(_source))
            {
                _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
                complete(_source);
            }
        }
    }
}
