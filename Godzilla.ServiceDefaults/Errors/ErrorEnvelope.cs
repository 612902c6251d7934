using System.Text.Json.Serialization;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>The body of every answer of 400 and above, of every service, but for <c>/health</c>, which says what is unhealthy.</summary>
/// <param name="Code">The HTTP status code.</param>
/// <param name="Message">What is wrong, for a person; never a stack trace or another service's words.</param>
/// <param name="TraceId">The trace under which the logs tell more; 32 hex digits when the request is traced.</param>
public sealed record ErrorEnvelope(int Code, string Message, string TraceId)
{
    /// <summary>Always <c>error</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string Status { get; } = "error";
}
