namespace Grpc.AspNetCore.HealthChecks;

/// <summary>How health checks become the answers of <c>grpc.health.v1</c>.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>Which checks tell of which service. The empty name, the server's, is mapped to all checks unless that is changed.</summary>
    public ServiceMappingCollection Services { get; } = new();

    /// <summary>
    /// True to answer with what the checks said when they were last published; false (the default) to run them for each answer. Changes reach
    /// a watcher when they are published, either way.
    /// </summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>True to leave watchers be when the host stops; false (the default) to tell them NOT_SERVING and end their calls.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}
