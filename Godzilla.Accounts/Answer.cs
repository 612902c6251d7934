using System.Text.Json.Serialization;

namespace Godzilla.Accounts;

/// <summary>The body of a success under <c>/user</c>.</summary>
/// <param name="Message">What was done, for a person.</param>
internal sealed record Answer(string Message)
{
    /// <summary>Always <c>success</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string Status { get; } = "success";
}
