using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What happens to annotations of the same type when one is added.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>They stay.</summary>
    Append = 0,

    /// <summary>They go.</summary>
    Replace = 1,
}

/// <summary>Gives a resource environment variables.</summary>
public class EnvironmentCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Sets one variable.</summary>
    public EnvironmentCallbackAnnotation(string name, Func<string> callback)
        : this(context => context.EnvironmentVariables[name] = callback())
    {
    }

    /// <summary>Sets variables.</summary>
    public EnvironmentCallbackAnnotation(Action<Dictionary<string, object>> callback)
        : this(context => callback(context.EnvironmentVariables))
    {
    }

    /// <summary>Sets variables.</summary>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback)
        : this(context =>
        {
            callback(context);
            return Task.CompletedTask;
        })
    {
    }

    /// <summary>Sets variables.</summary>
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) => Callback = callback;

    /// <summary>What sets them.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; }
}

/// <summary>What a callback for environment variables works on.</summary>
public class EnvironmentCallbackContext
{
    private readonly IResource? _resource;

    /// <summary>Creates a context for no resource in particular.</summary>
    public EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
    {
        ExecutionContext = executionContext;
        EnvironmentVariables = environmentVariables ?? [];
        CancellationToken = cancellationToken;
    }

    /// <summary>Creates a context for <paramref name="resource"/>.</summary>
    public EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource, Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
        : this(executionContext, environmentVariables, cancellationToken) => _resource = resource;

    /// <summary>The variables so far: strings, or <see cref="IValueProvider"/>s.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; }

    /// <summary>Ends when the application stops.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>The resource.</summary>
    public IResource Resource => _resource ?? throw new InvalidOperationException("This context is for no resource in particular.");

    /// <summary>What the application is being run for.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; }
}

/// <summary>Gives a resource command-line arguments.</summary>
public class CommandLineArgsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds arguments.</summary>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback)
        : this(context =>
        {
            callback(context.Args);
            return Task.CompletedTask;
        })
    {
    }

    /// <summary>Adds arguments.</summary>
    public CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) => Callback = callback;

    /// <summary>What adds them.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; }
}

/// <summary>What a callback for arguments works on.</summary>
public sealed class CommandLineArgsCallbackContext
{
    private readonly IResource? _resource;

    /// <summary>Creates a context for no resource in particular.</summary>
    public CommandLineArgsCallbackContext(IList<object> args, CancellationToken cancellationToken = default)
    {
        Args = args;
        CancellationToken = cancellationToken;
    }

    /// <summary>Creates a context for <paramref name="resource"/>.</summary>
    public CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
        : this(args, cancellationToken) => _resource = resource;

    /// <summary>The arguments so far: strings, or <see cref="IValueProvider"/>s.</summary>
    public IList<object> Args { get; }

    /// <summary>Ends when the application stops.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The resource.</summary>
    public IResource Resource => _resource ?? throw new InvalidOperationException("This context is for no resource in particular.");

    /// <summary>What the application is being run for.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; init; } = new(DistributedApplicationOperation.Run);
}

/// <summary>Says how many instances of a project run.</summary>
public sealed class ReplicaAnnotation : IResourceAnnotation
{
    /// <summary>Says how many instances run.</summary>
    public ReplicaAnnotation(int replicas = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(replicas);
        Replicas = replicas;
    }

    /// <summary>How many.</summary>
    public int Replicas { get; }
}

/// <summary>When something that waits for a resource gives up.</summary>
public enum WaitBehavior
{
    /// <summary>Never.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>When the resource has ended or could not start.</summary>
    StopOnResourceUnavailable = 1,
}

/// <summary>What is waited for.</summary>
public enum WaitType
{
    /// <summary>Until the resource is healthy.</summary>
    WaitUntilHealthy = 0,

    /// <summary>Until it has ended.</summary>
    WaitForCompletion = 1,

    /// <summary>Until it runs.</summary>
    WaitUntilStarted = 2,
}

/// <summary>Makes a resource wait for another before it starts.</summary>
public sealed class WaitAnnotation : IResourceAnnotation
{
    /// <summary>Waits for <paramref name="resource"/>.</summary>
    public WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0)
    {
        Resource = resource;
        WaitType = waitType;
        ExitCode = exitCode;
    }

    /// <summary>The resource that is waited for.</summary>
    public IResource Resource { get; }

    /// <summary>What is waited for.</summary>
    public WaitType WaitType { get; }

    /// <summary>The exit code that is expected of a resource that ends.</summary>
    public int ExitCode { get; }

    /// <summary>When to give up; what <see cref="ResourceNotificationServiceOptions"/> says by default.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}

/// <summary>Names a health check that decides whether a resource is healthy.</summary>
public class HealthCheckAnnotation : IResourceAnnotation
{
    /// <summary>Names a health check.</summary>
    public HealthCheckAnnotation(string key) => Key = key;

    /// <summary>The health check's name.</summary>
    public string Key { get; }
}

/// <summary>Says that a resource starts on command only.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation
{
}

/// <summary>Gives a resource the state that it is shown in at first.</summary>
public class ResourceSnapshotAnnotation : IResourceAnnotation
{
    /// <summary>Gives a resource its first state.</summary>
    public ResourceSnapshotAnnotation(CustomResourceSnapshot initialSnapshot) => InitialSnapshot = initialSnapshot;

    /// <summary>The first state.</summary>
    public CustomResourceSnapshot InitialSnapshot { get; }
}

/// <summary>Relates a resource to another.</summary>
public sealed class ResourceRelationshipAnnotation : IResourceAnnotation
{
    /// <summary>Relates a resource to <paramref name="resource"/>.</summary>
    public ResourceRelationshipAnnotation(IResource resource, string type)
    {
        Resource = resource;
        Type = type;
    }

    /// <summary>The other resource.</summary>
    public IResource Resource { get; }

    /// <summary><c>Reference</c>, <c>WaitFor</c>, <c>Parent</c> or another word.</summary>
    public string Type { get; }
}

/// <summary>Takes a resource's connection string from another resource.</summary>
public class ConnectionStringRedirectAnnotation : IResourceAnnotation
{
    /// <summary>Takes it from <paramref name="resource"/>.</summary>
    public ConnectionStringRedirectAnnotation(IResourceWithConnectionString resource) => Resource = resource;

    /// <summary>The other resource.</summary>
    public IResourceWithConnectionString Resource { get; }
}

/// <summary>Names the launch profile of a project.</summary>
public sealed class LaunchProfileAnnotation : IResourceAnnotation
{
    /// <summary>Names the launch profile.</summary>
    public LaunchProfileAnnotation(string launchProfileName) => LaunchProfileName = launchProfileName;

    /// <summary>The launch profile's name.</summary>
    public string LaunchProfileName { get; }
}

/// <summary>Names the launch profile of a project, if it has one of that name.</summary>
public sealed class DefaultLaunchProfileAnnotation : IResourceAnnotation
{
    /// <summary>Names the launch profile.</summary>
    public DefaultLaunchProfileAnnotation(string launchProfileName) => LaunchProfileName = launchProfileName;

    /// <summary>The launch profile's name.</summary>
    public string LaunchProfileName { get; }
}

/// <summary>Says that a project runs without a launch profile.</summary>
public sealed class ExcludeLaunchProfileAnnotation : IResourceAnnotation
{
}

/// <summary>Says that a project does not trust forwarded headers when it is published.</summary>
public sealed class DisableForwardedHeadersAnnotation : IResourceAnnotation
{
}

/// <summary>What a reference tells a resource about another.</summary>
[Flags]
public enum ReferenceEnvironmentInjectionFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The connection string.</summary>
    ConnectionString = 1,

    /// <summary>The parts of the connection string.</summary>
    ConnectionProperties = 2,

    /// <summary>The endpoints, as service discovery reads them.</summary>
    ServiceDiscovery = 4,

    /// <summary>The endpoints, as plain variables.</summary>
    Endpoints = 8,

    /// <summary>All of that.</summary>
    All = 15,
}

/// <summary>Says what references tell a resource.</summary>
public sealed class ReferenceEnvironmentInjectionAnnotation : IResourceAnnotation
{
    /// <summary>Says what references tell.</summary>
    public ReferenceEnvironmentInjectionAnnotation(ReferenceEnvironmentInjectionFlags flags) => Flags = flags;

    /// <summary>What they tell.</summary>
    public ReferenceEnvironmentInjectionFlags Flags { get; }
}

/// <summary>Speaks HTTP/2 on every HTTP endpoint.</summary>
internal sealed class Http2ServiceAnnotation : IResourceAnnotation;

/// <summary>Keeps endpoints out of the variables that tell a project what to listen on.</summary>
internal sealed record EndpointEnvironmentFilterAnnotation(Func<EndpointAnnotation, bool> Filter) : IResourceAnnotation;
