using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Godzilla.Tests.AsyncApi;

/// <summary>A message of an AsyncAPI document.</summary>
/// <param name="Key">Its key in its channel.</param>
/// <param name="Name">The name of the event or the method, on the wire; an answer has none.</param>
/// <param name="Payload">Its schema, without references.</param>
internal sealed record AsyncApiMessage(string Key, string? Name, JsonObject Payload)
{
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    // AsyncAPI's schemas are of draft 7.
    private readonly JsonSchema _schema = JsonSchema.FromText(Payload.ToJsonString(), new BuildOptions { Dialect = Dialect.Draft07 });

    /// <summary>Asserts that something is as documented.</summary>
    public void AssertValid(JsonElement value)
    {
        var results = _schema.Evaluate(value, Options);
        Assert.True(results.IsValid, $"{Key}: {value.GetRawText()} {JsonSerializer.Serialize(results)}");
    }
}
