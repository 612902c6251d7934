using System.Text.Json.Serialization;

namespace Godzilla.Accounts;

/// <summary>The body of a success under <c>/user</c> and <c>/admin</c>. Those that answer more derive from it.</summary>
/// <param name="Message">What was done, for a person.</param>
internal record Answer([property: JsonPropertyOrder(-1)] string Message)
{
    /// <summary>Always <c>success</c>.</summary>
    [JsonPropertyOrder(-2)]
    public string Status { get; } = "success";
}
