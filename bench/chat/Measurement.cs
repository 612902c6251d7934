namespace Chat.Bench;

/// <summary>One run of load.</summary>
/// <param name="PerSecond">Deliveries a second.</param>
/// <param name="P50">Milliseconds from sending to receiving.</param>
/// <param name="P99">The same.</param>
/// <param name="Server">Processors that the chat server used.</param>
/// <param name="All">The same, with the stores and the services that it needs.</param>
/// <param name="Clients">Processors that the clients used.</param>
internal sealed record Measurement(double PerSecond, double P50, double P99, double Server, double All, double Clients);
