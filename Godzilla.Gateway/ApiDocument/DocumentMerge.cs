using System.Text.Json.Nodes;
using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Gateway.ApiDocument;

/// <summary>
/// Merges the services' documents into one. What no route leads to is left out, with the schemas that only it uses. What the gateway does on
/// every route is added: who needs a session or a key, and the shapes of errors.
/// </summary>
internal sealed class DocumentMerge(RoutedOperations routes)
{
    private const string SchemaPrefix = "#/components/schemas/";
    private const string Reference = "$ref";
    private const string Error = "ErrorEnvelope";
    private const string Session = "session";
    private const string Bearer = "bearer";
    private const string OpenAIError = "OpenAIError";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private readonly JsonObject _paths = [];
    private readonly JsonObject _schemas = [];
    private readonly SortedSet<string> _tags = new(StringComparer.Ordinal);

    public void Add(string service, JsonObject document)
    {
        // The caller keeps its own.
        var added = (JsonObject)document.DeepClone();
        var schemas = added["components"]?["schemas"] as JsonObject ?? [];
        var names = schemas.ToDictionary(schema => schema.Key, schema => NameFor(service, schema.Key, schema.Value), StringComparer.Ordinal);
        Rename(added, names);
        foreach (var (name, schema) in schemas)
        {
            _schemas[names[name]] = schema?.DeepClone();
        }

        foreach (var (path, item) in added["paths"] as JsonObject ?? [])
        {
            foreach (var method in Methods)
            {
                if (item?[method] is JsonObject operation && routes.Find(service, path, method.ToUpperInvariant()) is var (requirement, isBearer))
                {
                    AddOperation(path, method, (JsonObject)operation.DeepClone(), requirement, isBearer);
                }
            }
        }
    }

    public JsonObject Finish()
    {
        AddOwn();
        Refine();
        var used = new HashSet<string>(StringComparer.Ordinal);
        FindUsed(_paths, used);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "Godzilla", ["version"] = "1" },
            ["paths"] = _paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(_schemas.Where(schema => used.Contains(schema.Key))
                    .OrderBy(schema => schema.Key, StringComparer.Ordinal)
                    .Select(schema => KeyValuePair.Create(schema.Key, schema.Value?.DeepClone()))),
                ["securitySchemes"] = new JsonObject
                {
                    [Session] = new JsonObject
                    {
                        ["type"] = "apiKey",
                        ["in"] = "cookie",
                        ["name"] = SessionToken.Cookie,
                        ["description"] = "The cookie that a sign-in sets.",
                    },
                    [Bearer] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "An API key of /user/keys, or an access token of /auth/token.",
                    },
                },
            },
            ["tags"] = new JsonArray([.. _tags.Select(tag => new JsonObject { ["name"] = tag })]),
        };
    }

    private static JsonObject ErrorSchema() => new()
    {
        ["description"] = "The body of every answer of 400 and above.",
        ["type"] = "object",
        ["required"] = new JsonArray("status", "code", "message", "trace_id"),
        ["properties"] = new JsonObject
        {
            ["status"] = new JsonObject { ["type"] = "string", ["const"] = "error" },
            ["code"] = new JsonObject { ["type"] = "integer", ["description"] = "The HTTP status code." },
            ["message"] = new JsonObject { ["type"] = "string", ["description"] = "What is wrong, for a person." },
            ["trace_id"] = new JsonObject { ["type"] = "string", ["description"] = "The id on the log lines of this request." },
        },
    };

    private static JsonObject JsonContent(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static JsonObject OpenAIErrorSchema() => new()
    {
        ["description"] = "The body of every answer of 400 and above under /v1.",
        ["type"] = "object",
        ["required"] = new JsonArray("error"),
        ["properties"] = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("message", "type", "param", "code"),
                ["properties"] = new JsonObject
                {
                    ["message"] = new JsonObject { ["type"] = "string", ["description"] = "What is wrong, for a person." },
                    ["type"] = new JsonObject { ["type"] = "string", ["description"] = "The kind of error, such as invalid_request_error." },
                    ["param"] = new JsonObject { ["type"] = new JsonArray("string", "null"), ["description"] = "The parameter that is wrong." },
                    ["code"] = new JsonObject { ["type"] = new JsonArray("string", "null"), ["description"] = "The error for a program, such as invalid_api_key." },
                },
            },
        },
    };

    private static JsonObject ErrorResponse(string description, string schema) =>
        new() { ["description"] = description, ["content"] = JsonContent(new JsonObject { [Reference] = SchemaPrefix + schema }) };

    private static JsonArray Security(SessionRequirement requirement, bool isBearer)
    {
        var security = new JsonArray();
        if (requirement != SessionRequirement.None)
        {
            security.Add(new JsonObject { [Session] = new JsonArray() });
        }

        if (isBearer)
        {
            security.Add(new JsonObject { [Bearer] = new JsonArray() });
        }

        if (requirement == SessionRequirement.Optional)
        {
            security.Add(new JsonObject());
        }

        return security;
    }

    // Such as getDiscussionByIdMessages.
    private static string OperationId(string path, string method) => string.Concat(
        path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(segment => segment.StartsWith('{') ? ["by", .. segment.Trim('{', '}').Split('-')] : segment.Split('-', '.', '_'))
            .Where(word => word.Length > 0)
            .Select(word => char.ToUpperInvariant(word[0]) + word[1..])
            .Prepend(method));

    private void AddOperation(string path, string method, JsonObject operation, SessionRequirement requirement, bool isBearer)
    {
        operation["operationId"] ??= OperationId(path, method);
        operation["security"] = Security(requirement, isBearer);
        var responses = operation["responses"] as JsonObject;
        if (responses is null)
        {
            operation["responses"] = responses = [];
        }

        var error = path.StartsWith("/v1/", StringComparison.Ordinal) ? OpenAIError : Error;
        responses["4XX"] ??= ErrorResponse("The request is refused.", error);
        responses["5XX"] ??= ErrorResponse("Something that the route needs is out of reach, or failed.", error);
        foreach (var tag in operation["tags"] as JsonArray ?? [])
        {
            _tags.Add(tag!.GetValue<string>());
        }

        var item = _paths[path] as JsonObject;
        if (item is null)
        {
            _paths[path] = item = [];
        }

        item[method] = operation;
    }

    private void AddOwn()
    {
        _schemas[Error] = ErrorSchema();
        _schemas[OpenAIError] = OpenAIErrorSchema();
        AddOperation("/healthz", "get", Own("Says that the gateway is up", new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("status"),
            ["properties"] = new JsonObject { ["status"] = new JsonObject { ["type"] = "string", ["const"] = "ok" } },
        }), SessionRequirement.None, isBearer: false);
        AddOperation(PublicDocumentExtensions.Path, "get", Own("Gives this document", new JsonObject { ["type"] = "object" }), SessionRequirement.None, isBearer: false);
    }

    private static JsonObject Own(string summary, JsonObject schema) => new()
    {
        ["tags"] = new JsonArray("Gateway"),
        ["summary"] = summary,
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK", ["content"] = JsonContent(schema) } },
    };

    // The generator cannot tell what is sent from what is received. Services write every property, and what a request requires is not null.
    private void Refine()
    {
        var (sent, received) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var operation in _paths.SelectMany(path => path.Value!.AsObject()).Select(item => item.Value!))
        {
            FindUsed(operation["responses"], sent);
            FindUsed(operation["requestBody"], received);
        }

        foreach (var schema in sent.Except(received).Select(name => _schemas[name]!.AsObject()).Where(schema => schema["properties"] is JsonObject))
        {
            schema["required"] = new JsonArray([.. schema["properties"]!.AsObject().Select(property => JsonValue.Create(property.Key))]);
        }

        foreach (var schema in received.Except(sent).Select(name => _schemas[name]!.AsObject()))
        {
            foreach (var name in schema["required"] as JsonArray ?? [])
            {
                if (schema["properties"]?[name!.GetValue<string>()] is JsonObject property && property["type"] is JsonArray types)
                {
                    property["type"] = types.Select(type => type!.GetValue<string>()).Single(type => type != "null");
                }
            }
        }
    }

    // Two services may have different schemas of one name.
    private string NameFor(string service, string name, JsonNode? schema) =>
        _schemas[name] is { } other && !JsonNode.DeepEquals(other, schema) ? $"{char.ToUpperInvariant(service[0])}{service[1..]}{name}" : name;

    private static void Rename(JsonNode? node, Dictionary<string, string> names)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
            {
                Rename(item, names);
            }
        }
        else if (node is JsonObject properties)
        {
            if (SchemaOf(properties) is { } name && names.TryGetValue(name, out var renamed))
            {
                properties[Reference] = SchemaPrefix + renamed;
            }

            foreach (var (_, value) in properties)
            {
                Rename(value, names);
            }
        }
    }

    private void FindUsed(JsonNode? node, HashSet<string> used)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
            {
                FindUsed(item, used);
            }
        }
        else if (node is JsonObject properties)
        {
            if (SchemaOf(properties) is { } name && used.Add(name))
            {
                FindUsed(_schemas[name], used);
            }

            foreach (var (_, value) in properties)
            {
                FindUsed(value, used);
            }
        }
    }

    private static string? SchemaOf(JsonObject node) =>
        node[Reference] is JsonValue value && value.TryGetValue<string>(out var reference) && reference.StartsWith(SchemaPrefix, StringComparison.Ordinal)
            ? reference[SchemaPrefix.Length..]
            : null;
}
