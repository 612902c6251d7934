namespace Grpc.AspNetCore.HealthChecks;

/// <summary>A service, and which checks tell of it.</summary>
public sealed class ServiceMapping
{
    /// <summary>The service <paramref name="name"/> and the checks that <paramref name="predicate"/> picks.</summary>
    public ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        Name = name;
        HealthCheckPredicate = predicate;
    }

    /// <summary>The service's name.</summary>
    public string Name { get; }

    /// <summary>Picks the checks; null picks all.</summary>
    public Func<HealthCheckMapContext, bool>? HealthCheckPredicate { get; }

    internal bool Includes(string check, IEnumerable<string> tags) =>
        HealthCheckPredicate?.Invoke(new HealthCheckMapContext(check, tags)) ?? true;
}
