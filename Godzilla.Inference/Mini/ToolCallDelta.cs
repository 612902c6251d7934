namespace Godzilla.Inference.Mini;

/// <summary>A part of a tool call, in the order in which it is generated: first its id and name, then its arguments piece by piece.</summary>
/// <param name="CallId">The call's id.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The next part of the arguments' JSON; empty in the first.</param>
internal sealed record ToolCallDelta(string CallId, string Name, string Arguments);
