namespace Aspire.Hosting;

/// <summary>What an application can be run for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To use it on this machine.</summary>
    Run = 0,

    /// <summary>To describe it for another place.</summary>
    Publish = 1,
}

/// <summary>What the application is being run for.</summary>
public class DistributedApplicationExecutionContext
{
    private IServiceProvider? _serviceProvider;

    /// <summary>Creates a context.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
        : this(operation, "manifest")
    {
    }

    /// <summary>Creates a context.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation, string publisherName)
    {
        Operation = operation;
        PublisherName = publisherName;
    }

    /// <summary>What it is being run for.</summary>
    public DistributedApplicationOperation Operation { get; }

    /// <summary>Who describes it, if it is being published.</summary>
    public string PublisherName { get; set; }

    /// <summary>Whether it is being published.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;

    /// <summary>Whether it is being run.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>The app host's services.</summary>
    /// <exception cref="InvalidOperationException">The application has not been built yet.</exception>
    public IServiceProvider ServiceProvider =>
        _serviceProvider ?? throw new InvalidOperationException("The app host's services are there once the application has been built.");

    internal void SetServiceProvider(IServiceProvider serviceProvider) => _serviceProvider = serviceProvider;
}
