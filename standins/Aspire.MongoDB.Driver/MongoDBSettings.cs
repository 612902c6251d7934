namespace Aspire.MongoDB.Driver;

/// <summary>How a MongoDB client is registered; read from the section <c>Aspire:MongoDB:Driver</c>.</summary>
public sealed class MongoDBSettings
{
    /// <summary>The connection string.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether no health check is registered.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>How long the health check may take, in milliseconds; null or 0 for no limit of its own.</summary>
    public int? HealthCheckTimeout { get; set; }

    /// <summary>Whether operations make no activities.</summary>
    public bool DisableTracing { get; set; }
}
