using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace Godzilla.Tests.AsyncApi;

/// <summary>One of the AsyncAPI documents in <c>docs/</c>.</summary>
internal sealed class AsyncApiDocument
{
    private readonly JsonObject _root;

    private AsyncApiDocument(string file)
    {
        using var text = File.OpenText(Path.Combine(AppContext.BaseDirectory, "docs", file));
        var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(text);
        _root = JsonSerializer.SerializeToNode(yaml)!.AsObject();
        Operations = [.. _root["operations"]!.AsObject().Select(operation => OperationOf(operation.Key, operation.Value!))];
    }

    public static AsyncApiDocument SignalR { get; } = new("asyncapi-signalr.yaml");

    public static AsyncApiDocument SocketIo { get; } = new("asyncapi-socketio.yaml");

    public IReadOnlyList<AsyncApiOperation> Operations { get; }

    /// <summary>The operations of a channel, by the names of their messages.</summary>
    /// <param name="channel">Its key in the document.</param>
    /// <param name="action">The server's: <c>receive</c> or <c>send</c>.</param>
    public IReadOnlyDictionary<string, AsyncApiOperation> Of(string channel, string action) => Operations
        .Where(operation => operation.Channel == channel && operation.Action == action)
        .ToDictionary(operation => operation.Message.Name!, StringComparer.Ordinal);

    /// <summary>The messages of a channel, in the words of <see cref="AsyncApiMessage.Key"/>.</summary>
    public IEnumerable<string> MessagesOf(string channel) => _root["channels"]![channel]!["messages"]!.AsObject().Select(message => message.Key);

    private AsyncApiOperation OperationOf(string id, JsonNode operation) => new(
        id,
        LastOf(operation["channel"]!),
        operation["action"]!.GetValue<string>(),
        MessageOf(Assert.Single(operation["messages"]!.AsArray())!),
        [.. operation["reply"]?["messages"]!.AsArray().Select(message => MessageOf(message!)) ?? []]);

    private AsyncApiMessage MessageOf(JsonNode reference)
    {
        var message = Resolve(reference)!;
        return new AsyncApiMessage(LastOf(reference), message["name"]?.GetValue<string>(), message["payload"]!.AsObject());
    }

    // A copy without references.
    private JsonNode? Resolve(JsonNode? node) => node switch
    {
        JsonObject reference when reference.ContainsKey("$ref") => Resolve(Find(reference)),
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Resolve(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Resolve)]),
        _ => node?.DeepClone(),
    };

    private JsonNode Find(JsonObject reference)
    {
        // What stands beside a reference is ignored by those who read the document.
        Assert.Single(reference);
        return PathOf(reference).Aggregate((JsonNode)_root, (node, key) => node[key] ?? throw new KeyNotFoundException(reference.ToJsonString()));
    }

    private static string[] PathOf(JsonNode reference) => reference["$ref"]!.GetValue<string>().Split('/')[1..];

    private static string LastOf(JsonNode reference) => PathOf(reference)[^1];
}
