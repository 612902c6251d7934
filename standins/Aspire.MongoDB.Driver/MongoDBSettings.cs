namespace Aspire.MongoDB.Driver;

/// <summary>How a MongoDB client is registered; read from the section <c>Aspire:MongoDB:Driver</c>.</summary>
public sealed class MongoDBSettings
{
    /// <summary>The connection string.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether operations make no spans.</summary>
    public bool DisableTracing { get; set; }
}
