using System.Reflection;
using System.Text.Json.Nodes;
using Godzilla.Chat.SocketIo;
using Godzilla.Tests.AsyncApi;

namespace Godzilla.Tests.Unit.Chat.AsyncApi;

/// <summary><c>docs/asyncapi-socketio.yaml</c> has what Socket.IO clients can send and get, and nothing else.</summary>
public sealed class SocketIoDocumentTests
{
    private const string Socket = "socket";
    private static readonly AsyncApiDocument Document = AsyncApiDocument.SocketIo;

    [Fact]
    public void EveryEventOfAClientIsAnOperation()
    {
        // None is run.
        var events = new ClientEvents(null!, null!, null!, null!, null!, null!, null!, null!).All
            .ToDictionary(clientEvent => clientEvent.Name, clientEvent => clientEvent.GetType().GenericTypeArguments, StringComparer.Ordinal);
        var operations = Document.Of(Socket, "receive");

        Assert.Equal(events.Keys.Order(StringComparer.Ordinal), operations.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, types) in events)
        {
            var operation = operations[name];
            JsonShape.AssertSame(
                FieldsOf(JsonShape.Written(types[0], ClientEvents.Json)), FieldsOf(JsonShape.Documented(operation.Message.Payload)), $"The argument of {name}");
            JsonShape.AssertSame(
                JsonShape.Written(types[1], Frame.Json), JsonShape.Documented(operation.Answer.Payload), $"The acknowledgement of {name}");
            JsonShape.AssertSame(
                JsonShape.Written(typeof(ErrorAck), Frame.Json), JsonShape.Documented(operation.Failure.Payload), $"The error of {name}");
        }
    }

    [Fact]
    public void EveryEventOfTheServerIsAnOperation()
    {
        var events = typeof(ServerEvents).GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(field => NameOf(field.GetValue(null)!), field => Assert.Single(field.FieldType.GenericTypeArguments), StringComparer.Ordinal);
        var operations = Document.Of(Socket, "send");

        Assert.Equal(events.Keys.Order(StringComparer.Ordinal), operations.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, argument) in events)
        {
            JsonShape.AssertSame(JsonShape.Written(argument, Frame.Json), JsonShape.Documented(operations[name].Message.Payload), $"The event {name}");
        }
    }

    [Fact]
    public void NoMessageIsLeftOver() => Assert.Equal(
        Document.Operations.SelectMany(operation => operation.Replies.Prepend(operation.Message)).Select(message => message.Key).Distinct().Order(StringComparer.Ordinal),
        Document.MessagesOf(Socket).Order(StringComparer.Ordinal));

    private static string NameOf(object serverEvent) => (string)serverEvent.GetType().GetProperty(nameof(ServerEvent<>.Name))!.GetValue(serverEvent)!;

    // The names and types. Which fields are needed is said in code alone: a test against the running system tries it.
    private static JsonObject FieldsOf(JsonObject shape) => new(shape["properties"]!.AsObject().Select(property => KeyValuePair.Create(
        property.Key, property.Value!["type"] is JsonArray types ? types[0]!.DeepClone() : property.Value["type"]?.DeepClone())));
}
