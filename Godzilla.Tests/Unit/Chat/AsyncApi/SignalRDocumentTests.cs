using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;
using Godzilla.Chat.SignalR;
using Godzilla.Tests.AsyncApi;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MongoDB.Bson;

namespace Godzilla.Tests.Unit.Chat.AsyncApi;

/// <summary><c>docs/asyncapi-signalr.yaml</c> has what the hub has, and nothing else.</summary>
public sealed class SignalRDocumentTests
{
    private const string Hub = "hub";
    private static readonly AsyncApiDocument Document = AsyncApiDocument.SignalR;
    private static readonly NullabilityInfoContext Nullability = new();
    private static readonly JsonSerializerOptions Json = HubJson();

    [Fact]
    public void EveryMethodIsAnOperation()
    {
        var methods = typeof(ChatHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.GetBaseDefinition() == method)
            .ToDictionary(method => method.Name, StringComparer.Ordinal);
        var operations = Document.Of(Hub, "receive");

        Assert.Equal(methods.Keys.Order(StringComparer.Ordinal), operations.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, method) in methods)
        {
            var operation = operations[name];
            var arguments = operation.Message.Payload;
            JsonShape.AssertSame(
                new JsonArray([.. method.GetParameters().Select(ArgumentOf)]),
                new JsonArray([.. arguments["items"]!.AsArray().Select(item => Titled(item!["title"]!.GetValue<string>(), JsonShape.Documented(item)))]),
                $"The arguments of {name}");
            Assert.Equal(
                ("array", method.GetParameters().Length, false),
                (arguments["type"]!.GetValue<string>(), arguments["minItems"]!.GetValue<int>(), arguments["additionalItems"]!.GetValue<bool>()));
            JsonShape.AssertSame(
                method.ReturnType == typeof(Task)
                    ? new JsonObject { ["type"] = "null" }
                    : JsonShape.Written(Assert.Single(method.ReturnType.GenericTypeArguments), Json),
                JsonShape.Documented(operation.Answer.Payload),
                $"The answer of {name}");
            JsonShape.AssertSame(new JsonObject { ["type"] = "string" }, JsonShape.Documented(operation.Failure.Payload), $"The error of {name}");
        }
    }

    [Fact]
    public void EveryEventIsAnOperation()
    {
        var events = typeof(IChatClient).GetMethods()
            .Select(method => (
                method.GetCustomAttribute<HubMethodNameAttribute>()!.Name, Argument: Assert.Single(method.GetParameters()).ParameterType))
            .Concat(RoomEvents().Select(name => (name, typeof(MessageView))))
            .ToDictionary(StringComparer.Ordinal);
        var operations = Document.Of(Hub, "send");

        Assert.Equal(events.Keys.Order(StringComparer.Ordinal), operations.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, argument) in events)
        {
            JsonShape.AssertSame(JsonShape.Written(argument, Json), JsonShape.Documented(operations[name].Message.Payload), $"The event {name}");
        }
    }

    [Fact]
    public void TheNegotiationIsAsItIs()
    {
        var operation = Assert.Single(Document.Operations, operation => operation.Channel == "negotiation");

        JsonShape.AssertSame(
            JsonShape.Written(typeof(Negotiation), JsonSerializerOptions.Web),
            JsonShape.Documented(Assert.Single(operation.Replies).Payload),
            "The answer of the negotiation");
    }

    [Fact]
    public void NoMessageIsLeftOver() => Assert.Equal(
        Document.Operations.Where(operation => operation.Channel == Hub)
            .SelectMany(operation => operation.Replies.Prepend(operation.Message)).Select(message => message.Key).Distinct().Order(StringComparer.Ordinal),
        Document.MessagesOf(Hub).Order(StringComparer.Ordinal));

    private static JsonNode ArgumentOf(ParameterInfo parameter)
    {
        var shape = JsonShape.Written(parameter.ParameterType, Json);
        return Titled(parameter.Name!, Nullability.Create(parameter).ReadState == NullabilityState.Nullable ? JsonShape.OrNull(shape) : shape);
    }

    private static JsonObject Titled(string title, JsonObject shape)
    {
        shape["title"] = title;
        return shape;
    }

    // Whatever can be made of a message.
    private static IEnumerable<string> RoomEvents() => typeof(RoomEvent).GetMethods(BindingFlags.Public | BindingFlags.Static)
        .SelectMany(method => new[] { false, true }.Select(isDeleted => method.Invoke(null, [Message(isDeleted)])))
        .Cast<RoomEvent>()
        .Select(roomEvent => roomEvent.Name)
        .Distinct();

    private static Message Message(bool isDeleted) => new()
    {
        DiscussionId = ObjectId.GenerateNewId(),
        Seq = 1,
        UserId = "mothra",
        Text = "",
        CreatedAt = DateTime.UnixEpoch,
        Deleted = isDeleted,
    };

    private static JsonSerializerOptions HubJson()
    {
        var services = new ServiceCollection();
        services.AddChatHub();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<JsonHubProtocolOptions>>().Value.PayloadSerializerOptions;
    }
}
