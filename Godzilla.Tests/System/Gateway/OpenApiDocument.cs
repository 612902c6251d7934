using System.Net;
using System.Text.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>An OpenAPI document, and whether answers are what it says.</summary>
internal sealed class OpenApiDocument
{
    private const string SchemaPrefix = "#/components/schemas/";
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private OpenApiDocument(string text)
    {
        Text = text;
        Json = JsonSerializer.Deserialize<JsonElement>(text);
        Operations = [.. Json.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(item => Methods.Contains(item.Name))
            .Select(item => new OpenApiOperation(item.Name.ToUpperInvariant(), path.Name, item.Value)))];
    }

    public string Text { get; }

    public JsonElement Json { get; }

    public IReadOnlyList<OpenApiOperation> Operations { get; }

    /// <summary>Reads it at the gateway, which asks the services for their parts first.</summary>
    public static async Task<OpenApiDocument> ReadAsync(HttpClient gateway)
    {
        var text = "";
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/openapi.json");
                text = await response.Content.ReadAsStringAsync();
                return response.StatusCode == HttpStatusCode.OK;
            },
            "the gateway has the services' documents");
        return new OpenApiDocument(text);
    }

    public OpenApiOperation Find(string method, string path) =>
        Assert.Single(Operations, operation => operation.Method == method && operation.Path == path);

    /// <summary>The names of the properties that an object must have.</summary>
    public IReadOnlyList<string> RequiredOf(JsonElement schema) =>
        Resolve(schema).TryGetProperty("required", out var required) ? [.. required.EnumerateArray().Select(name => name.GetString()!)] : [];

    /// <summary>Follows a reference.</summary>
    public JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? Json.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()![SchemaPrefix.Length..])
        : schema;

    /// <summary>Asserts that an answer's status and body are among those that an operation says it has.</summary>
    public void AssertMatches(OpenApiOperation operation, HttpStatusCode status, string body)
    {
        var responses = operation.Json.GetProperty("responses");
        var exact = ((int)status).ToString();
        Assert.True(
            responses.TryGetProperty(exact, out var response) || responses.TryGetProperty($"{exact[0]}XX", out response),
            $"{operation} does not say that it answers {exact}: {body}");
        var schema = response.GetProperty("content").GetProperty("application/json").GetProperty("schema");
        var faults = new List<string>();
        Check(schema, JsonSerializer.Deserialize<JsonElement>(body), "$", faults);
        Assert.True(faults.Count == 0, $"{operation} {exact}: {string.Join("; ", faults)} in {body}");
    }

    private static string[] TypesOf(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.String ? [type.GetString()!]
        : [.. type.EnumerateArray().Select(one => one.GetString()!)];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new InvalidOperationException($"'{type}' is no type."),
    };

    private void Check(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        schema = Resolve(schema);
        foreach (var choice in new[] { "oneOf", "anyOf" })
        {
            if (schema.TryGetProperty(choice, out var choices) && !choices.EnumerateArray().Any(one => Fits(one, value)))
            {
                faults.Add($"{at} is none of its {choice}");
            }
        }

        var types = TypesOf(schema);
        if (types.Length > 0 && !types.Any(type => IsOf(type, value)))
        {
            faults.Add($"{at} is {value.ValueKind}, not {string.Join(" or ", types)}");
            return;
        }

        if (schema.TryGetProperty("const", out var constant) && constant.GetRawText() != value.GetRawText())
        {
            faults.Add($"{at} is not {constant}");
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var (item, i) in value.EnumerateArray().Select((item, i) => (item, i)))
            {
                Check(items, item, $"{at}[{i}]", faults);
            }
        }
        else if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
        {
            CheckObject(schema, properties, value, at, faults);
        }
    }

    // Stricter than JSON Schema: what the document does not name is a fault, for it is to say all that an answer has.
    private void CheckObject(JsonElement schema, JsonElement properties, JsonElement value, string at, List<string> faults)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            faults.AddRange(required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}.{name} is missing"));
        }

        foreach (var property in value.EnumerateObject())
        {
            if (properties.TryGetProperty(property.Name, out var known))
            {
                Check(known, property.Value, $"{at}.{property.Name}", faults);
            }
            else
            {
                faults.Add($"{at}.{property.Name} is not in the document");
            }
        }
    }

    private bool Fits(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(schema, value, "$", faults);
        return faults.Count == 0;
    }
}

/// <summary>One method of one path.</summary>
internal sealed record OpenApiOperation(string Method, string Path, JsonElement Json)
{
    public bool NeedsSession => Json.GetProperty("security").EnumerateArray().Any()
        && Json.GetProperty("security").EnumerateArray().All(choice => choice.TryGetProperty("session", out _));

    /// <summary>Whether it needs a session, or a key or token.</summary>
    public bool NeedsCaller => Json.GetProperty("security").EnumerateArray().Any()
        && Json.GetProperty("security").EnumerateArray().All(choice => choice.EnumerateObject().Any());

    /// <summary>The schema of the body that a request has.</summary>
    public JsonElement? Body => Json.TryGetProperty("requestBody", out var body)
        ? body.GetProperty("content").GetProperty("application/json").GetProperty("schema")
        : null;

    public string? Text(string name) => Json.TryGetProperty(name, out var value) ? value.GetString() : null;

    public override string ToString() => $"{Method} {Path}";
}
