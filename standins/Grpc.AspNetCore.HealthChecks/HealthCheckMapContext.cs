namespace Grpc.AspNetCore.HealthChecks;

/// <summary>A health check that is mapped to a service or not.</summary>
public sealed class HealthCheckMapContext
{
    /// <summary>A health check.</summary>
    public HealthCheckMapContext(string name, IEnumerable<string> tags)
    {
        Name = name;
        Tags = tags;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its tags.</summary>
    public IEnumerable<string> Tags { get; }
}
