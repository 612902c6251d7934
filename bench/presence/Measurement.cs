namespace Presence.Bench;

/// <summary>One run of load.</summary>
/// <param name="PerSecond">Calls a second.</param>
/// <param name="Microseconds">Processor time a call.</param>
internal sealed record Measurement(double PerSecond, double Microseconds);
