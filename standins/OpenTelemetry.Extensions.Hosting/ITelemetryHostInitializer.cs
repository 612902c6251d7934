namespace OpenTelemetry;

/// <summary>Starts telemetry with the host; one registered before <c>AddOpenTelemetry</c> takes the place of the usual one.</summary>
public interface ITelemetryHostInitializer
{
    /// <summary>Creates the providers.</summary>
    void Initialize();
}
