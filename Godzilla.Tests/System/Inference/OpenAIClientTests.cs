using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Godzilla.Tests.System.Inference;

/// <summary>OpenAI's own .NET client, with nothing changed but the address and the key, against the built-in model.</summary>
[Collection(InferenceSystem.Name)]
public sealed class OpenAIClientTests(InferenceApp app)
{
    private const string Mini = "godzilla-mini";

    [Fact]
    public async Task ItListsTheModelsThatTheKeyMayUse()
    {
        using var all = await app.NewUserAsync();
        using var restricted = await app.NewUserAsync(["echo", Mini]);

        var models = (await ClientOf(all).GetOpenAIModelClient().GetModelsAsync()).Value;
        var few = (await ClientOf(restricted).GetOpenAIModelClient().GetModelsAsync()).Value;
        var one = (await ClientOf(restricted).GetOpenAIModelClient().GetModelAsync(Mini)).Value;

        Assert.Contains(models, model => model.Id == "held");
        Assert.Equal(["echo", Mini], few.Select(model => model.Id));
        Assert.Equal("godzilla", one.OwnedBy);
    }

    [Fact]
    public async Task ItCompletesReproducibly()
    {
        using var mothra = await app.NewUserAsync();
        var chat = ClientOf(mothra).GetChatClient(Mini);
        ChatMessage[] messages = [new SystemChatMessage("Be brief."), new UserChatMessage("Who are you?")];

        var first = (await chat.CompleteChatAsync(messages, Options(temperature: 1))).Value;
        var second = (await chat.CompleteChatAsync(messages, Options(temperature: 1))).Value;

        Assert.NotEmpty(first.Content[0].Text);
        Assert.Equal(first.Content[0].Text, second.Content[0].Text);
        Assert.Equal(ChatTokenLogProbabilities(first), ChatTokenLogProbabilities(second));
        Assert.Equal(Mini, first.Model);
        Assert.InRange(first.Usage.OutputTokenCount, 1, 24);
        Assert.Equal(first.Usage.InputTokenCount + first.Usage.OutputTokenCount, first.Usage.TotalTokenCount);
        Assert.NotEmpty(first.ContentTokenLogProbabilities);
        Assert.All(first.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task AStreamHasTheSameTextAndUsage()
    {
        using var mothra = await app.NewUserAsync();
        var chat = ClientOf(mothra).GetChatClient(Mini);
        ChatMessage[] messages = [new UserChatMessage("Tell me of the sea.")];
        var whole = (await chat.CompleteChatAsync(messages, Options())).Value;

        var (text, usage, finish, updates) = (new StringBuilder(), (ChatTokenUsage?)null, (ChatFinishReason?)null, 0);
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, Options()))
        {
            updates++;
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            usage = update.Usage ?? usage;
            finish = update.FinishReason ?? finish;
        }

        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.Equal((whole.Usage.InputTokenCount, whole.Usage.OutputTokenCount), (usage?.InputTokenCount, usage?.OutputTokenCount));
        Assert.Equal(whole.FinishReason, finish);
        Assert.True(updates > 3, $"{updates} updates");
    }

    [Fact]
    public async Task MaxTokensAndStopEndAnAnswer()
    {
        using var mothra = await app.NewUserAsync();
        var chat = ClientOf(mothra).GetChatClient(Mini);
        ChatMessage[] messages = [new UserChatMessage("Tell me of the sea.")];

        var cut = (await chat.CompleteChatAsync(messages, new ChatCompletionOptions { MaxOutputTokenCount = 3 })).Value;
        var word = (await chat.CompleteChatAsync(messages, Options())).Value.Content[0].Text.Split(' ')[2];
        var options = Options();
        options.StopSequences.Add(word);
        var stopped = (await chat.CompleteChatAsync(messages, options)).Value;

        Assert.Equal((ChatFinishReason.Length, 3), (cut.FinishReason, cut.Usage.OutputTokenCount));
        Assert.Equal(ChatFinishReason.Stop, stopped.FinishReason);
        Assert.DoesNotContain(word, stopped.Content[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AToolThatIsRequiredIsCalled()
    {
        using var mothra = await app.NewUserAsync();
        var chat = ClientOf(mothra).GetChatClient(Mini);
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("get_tide", "The tide at a place.", BinaryData.FromString("""{"type":"object","properties":{"metres":{"type":"integer"}},"required":["metres"],"additionalProperties":false}""")) },
            ToolChoice = ChatToolChoice.CreateRequiredChoice(),
        };

        var call = Assert.Single((await chat.CompleteChatAsync([new UserChatMessage("How high is the tide?")], options)).Value.ToolCalls);
        var (name, arguments) = ("", new StringBuilder());
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("How high is the tide?")], options))
        {
            foreach (var part in update.ToolCallUpdates)
            {
                name += part.FunctionName;
                arguments.Append(part.FunctionArgumentsUpdate);
            }
        }

        Assert.Equal("get_tide", call.FunctionName);
        Assert.Equal(JsonValueKind.Number, JsonElement.Parse(call.FunctionArguments.ToString()).GetProperty("metres").ValueKind);
        Assert.Equal("get_tide", name);
        Assert.Equal(JsonValueKind.Number, JsonElement.Parse(arguments.ToString()).GetProperty("metres").ValueKind);

        // And the conversation goes on with what the tool said.
        var answer = await chat.CompleteChatAsync(
            [new UserChatMessage("How high is the tide?"), new AssistantChatMessage([call]), new ToolChatMessage(call.Id, "7")], Options());
        Assert.NotNull(answer.Value.Content);
    }

    [Fact]
    public async Task AStructuredAnswerFollowsItsSchema()
    {
        using var mothra = await app.NewUserAsync();
        var schema = """{"type":"object","properties":{"name":{"type":"string"},"heads":{"type":"integer"}},"required":["name","heads"],"additionalProperties":false}""";
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("monster", BinaryData.FromString(schema), jsonSchemaIsStrict: true) };

        var answer = (await ClientOf(mothra).GetChatClient(Mini).CompleteChatAsync([new UserChatMessage("Describe a monster.")], options)).Value;

        var monster = JsonElement.Parse(answer.Content[0].Text);
        Assert.Equal((JsonValueKind.String, JsonValueKind.Number), (monster.GetProperty("name").ValueKind, monster.GetProperty("heads").ValueKind));
    }

    [Fact]
    public async Task EmbeddingsAreTheSameAsNumbersAndAsBytes()
    {
        using var mothra = await app.NewUserAsync();
        var client = ClientOf(mothra).GetEmbeddingClient(Mini);

        // The client asks for base64; the raw request for numbers.
        var vectors = (await client.GenerateEmbeddingsAsync(["the sea", "a mountain"], new EmbeddingGenerationOptions { Dimensions = 64 })).Value;
        using var raw = await ApiUser.PostAsync(mothra.Http, "/v1/embeddings", new { model = Mini, input = "the sea", dimensions = 64 });

        Assert.Equal(2, vectors.Count);
        Assert.Equal(64, vectors[0].ToFloats().Length);
        var numbers = JsonElement.Parse(await raw.Content.ReadAsStringAsync()).GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle());
        Assert.Equal(vectors[0].ToFloats().ToArray(), numbers);
        Assert.True(vectors.Usage.InputTokenCount > 0);
    }

    [Theory]
    [InlineData("no-such-model", 404, "model_not_found")]
    [InlineData("down", 503, "model_unavailable")]
    public async Task ErrorsAreTheClientsExceptions(string model, int status, string code)
    {
        using var mothra = await app.NewUserAsync();

        var exception = await Assert.ThrowsAsync<ClientResultException>(() => ClientOf(mothra).GetChatClient(model).CompleteChatAsync([new UserChatMessage("hello")]));

        Assert.Equal(status, exception.Status);
        Assert.Contains(code, exception.Message, StringComparison.Ordinal);
    }

    private static OpenAIClient ClientOf(ApiUser user) => new(
        new ApiKeyCredential(user.Key), new OpenAIClientOptions { Endpoint = new Uri(user.Gateway, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });

    private static ChatCompletionOptions Options(float temperature = 0) =>
#pragma warning disable OPENAI001 // The seed is a preview of the client's.
        new() { MaxOutputTokenCount = 24, Temperature = temperature, Seed = 7, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 };
#pragma warning restore OPENAI001

    private static IEnumerable<(string, float)> ChatTokenLogProbabilities(ChatCompletion completion) =>
        completion.ContentTokenLogProbabilities.Select(token => (token.Token, token.LogProbability));
}
