using System.Diagnostics.Metrics;

namespace Godzilla.Gateway.Limits;

/// <summary>Counts what the edge refuses by itself, before a service sees it.</summary>
internal sealed class RefusalMetrics(IMeterFactory meters)
{
    /// <summary>A host that is not ours.</summary>
    public const string Host = "host";

    /// <summary>A page of another site.</summary>
    public const string Origin = "origin";

    /// <summary>A body with two lengths.</summary>
    public const string BodyLength = "body_length";

    /// <summary>A body that is too large.</summary>
    public const string BodySize = "body_size";

    /// <summary>A body that took too long.</summary>
    public const string BodyTime = "body_time";

    /// <summary>A connection over the limit for all.</summary>
    public const string Connections = "connections";

    /// <summary>A connection over the limit for one address.</summary>
    public const string ConnectionsPerAddress = "connections_per_address";

    private readonly Counter<long> _refused = meters.Create("Godzilla.Gateway")
        .CreateCounter<long>("godzilla.gateway.refused", "{refusal}", "Requests and connections that the gateway refused by itself, by reason.");

    /// <param name="reason">One of the constants of this class.</param>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
