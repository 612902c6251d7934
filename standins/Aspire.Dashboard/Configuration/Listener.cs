namespace Aspire.Dashboard.Configuration;

/// <summary>What a port is for: a connection's is a feature of it, an endpoint's is metadata.</summary>
internal sealed record Listener(string Name)
{
    public static readonly Listener Frontend = new("frontend");
    public static readonly Listener OtlpGrpc = new("OTLP/gRPC");
    public static readonly Listener OtlpHttp = new("OTLP/HTTP");
}
