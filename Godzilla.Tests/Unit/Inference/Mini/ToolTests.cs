using System.Text.Json;
using Godzilla.Inference.Mini;
using Json.Schema;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class ToolTests
{
    private const string WeatherSchema = """
        {"type":"object","properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"]},"days":{"type":"integer","minimum":1,"maximum":7}},
        "required":["city","unit","days"],"additionalProperties":false}
        """;

    private static readonly AITool Weather = Tool("get_weather", "The weather of a city", WeatherSchema);
    private static readonly AITool Mail = Tool("send_email", "Sends an e-mail to somebody", """{"type":"object","properties":{"to":{"type":"string","format":"email"}},"required":["to"]}""");

    [Theory]
    [InlineData("What is the weather in Paris for the next 3 days, in fahrenheit?", "get_weather", """{"city":"Paris","unit":"fahrenheit","days":3}""")]
    [InlineData("Send an email to bob@example.org", "send_email", """{"to":"bob@example.org"}""")]
    public async Task AToolThatIsAskedForIsCalled(string question, string name, string arguments)
    {
        var response = await BuiltInModel.AskAsync(question, new() { Temperature = 0, Tools = [Mail, Weather], ToolMode = ChatToolMode.Auto });

        var call = Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal((name, arguments), (call.Name, call.RawRepresentation));
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Equal("", response.Text);
    }

    [Theory]
    [InlineData("Who are you?")]
    [InlineData("Tell me a joke")]
    public async Task AQuestionThatAsksForNoToolIsAnswered(string question)
    {
        var response = await BuiltInModel.AskAsync(question, new() { Temperature = 0, Tools = [Mail, Weather] });

        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.NotEqual("", response.Text);
    }

    [Fact]
    public async Task WithToolsForbiddenNoneIsCalled()
    {
        var response = await BuiltInModel.AskAsync("Call get_weather for Paris", new() { Tools = [Weather], ToolMode = ChatToolMode.None });

        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task ARequiredToolIsCalledWithArgumentsThatFit()
    {
        var schema = JsonSchema.FromText(WeatherSchema);
        for (var seed = 0; seed < 30; seed++)
        {
            var mode = seed % 2 == 0 ? ChatToolMode.RequireAny : ChatToolMode.RequireSpecific("get_weather");
            var response = await BuiltInModel.AskAsync("Who are you?", new() { Seed = seed, Temperature = 1.5f, Tools = [Weather], ToolMode = mode });

            var call = Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
            using var arguments = JsonDocument.Parse((string)call.RawRepresentation!);
            Assert.True(schema.Evaluate(arguments.RootElement).IsValid);
        }
    }

    [Fact]
    public async Task TheNamedToolIsCalledAlsoWhenAnotherIsAskedFor()
    {
        var response = await BuiltInModel.AskAsync("How is the weather?", new() { Tools = [Weather, Mail], ToolMode = ChatToolMode.RequireSpecific("send_email") });

        Assert.Equal("send_email", Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>()).Name);
    }

    [Fact]
    public async Task ACallIsStreamedInParts()
    {
        var updates = await BuiltInModel.StreamAsync("What is the weather in Paris?", new() { Temperature = 0, Tools = [Weather] });

        var parts = updates.Select(update => update.AdditionalProperties?.GetValueOrDefault(MiniChatClient.ToolCallDelta)).OfType<ToolCallDelta>().ToList();
        var call = Assert.Single(updates.SelectMany(update => update.Contents).OfType<FunctionCallContent>());
        Assert.Equal("", parts[0].Arguments);
        Assert.InRange(parts.Count, 4, 40);
        Assert.Equal(call.RawRepresentation, string.Concat(parts.Select(part => part.Arguments)));
        Assert.All(parts, part => Assert.Equal((call.CallId, call.Name), (part.CallId, part.Name)));
    }

    private static AIFunctionDeclaration Tool(string name, string description, string schema) =>
        AIFunctionFactory.CreateDeclaration(name, description, JsonSerializer.Deserialize<JsonElement>(schema));
}
