using System.ClientModel;
using System.ClientModel.Primitives;
using System.ComponentModel;
using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;

namespace Godzilla.Tests.System.Inference;

/// <summary>Semantic Kernel with its connector for OpenAI, with nothing changed but the address and the key, against the built-in model.</summary>
[Collection(InferenceSystem.Name)]
public sealed class SemanticKernelTests(InferenceApp app)
{
    private const string Mini = "godzilla-mini";

    [Fact]
    public async Task ItCompletesAChatAndKeepsItsUsage()
    {
        using var mothra = await app.NewUserAsync();
        var kernel = KernelOf(mothra);
        var history = new ChatHistory("Be brief.");
        history.AddUserMessage("Who are you?");

        var answer = await kernel.GetRequiredService<IChatCompletionService>().GetChatMessageContentAsync(history, Settings(), kernel);
        var prompted = await kernel.InvokePromptAsync<string>("<message role=\"system\">Be brief.</message><message role=\"user\">Who are {{$who}}?</message>", new KernelArguments(Settings()) { ["who"] = "you" });

        Assert.Equal(AuthorRole.Assistant, answer.Role);
        Assert.NotEmpty(answer.Content!);
        Assert.Equal(answer.Content, prompted);
        Assert.Equal(Mini, answer.ModelId);
        var usage = Assert.IsType<OpenAI.Chat.ChatTokenUsage>(answer.Metadata!["Usage"]);
        Assert.InRange(usage.OutputTokenCount, 1, 24);
    }

    [Fact]
    public async Task AStreamHasTheSameText()
    {
        using var mothra = await app.NewUserAsync();
        var kernel = KernelOf(mothra);
        var chat = kernel.GetRequiredService<IChatCompletionService>();
        var history = new ChatHistory();
        history.AddUserMessage("Tell me of the sea.");

        var whole = await chat.GetChatMessageContentAsync(history, Settings(), kernel);
        var (text, pieces) = (new StringBuilder(), 0);
        await foreach (var piece in chat.GetStreamingChatMessageContentsAsync(history, Settings(), kernel))
        {
            text.Append(piece.Content);
            pieces++;
        }

        Assert.Equal(whole.Content, text.ToString());
        Assert.True(pieces > 3, $"{pieces} pieces");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFunctionIsCalledAndTheChatGoesOnWithWhatItSaid(bool stream)
    {
        using var mothra = await app.NewUserAsync();
        var kernel = KernelOf(mothra);
        var tide = new Tide();
        var plugin = kernel.Plugins.AddFromObject(tide, "sea");
        var settings = Settings();
        settings.FunctionChoiceBehavior = FunctionChoiceBehavior.Required(plugin);
        var chat = kernel.GetRequiredService<IChatCompletionService>();
        var history = new ChatHistory();
        history.AddUserMessage("How high is the tide?");

        if (stream)
        {
            await foreach (var piece in chat.GetStreamingChatMessageContentsAsync(history, settings, kernel))
            {
                Assert.NotNull(piece);
            }
        }
        else
        {
            await chat.GetChatMessageContentAsync(history, settings, kernel);
        }

        Assert.Single(tide.Asked);
        var call = Assert.Single(history.SelectMany(message => message.Items.OfType<Microsoft.SemanticKernel.FunctionCallContent>()));
        Assert.Equal(("sea", "get_tide"), (call.PluginName, call.FunctionName));
        var result = Assert.Single(history.SelectMany(message => message.Items.OfType<Microsoft.SemanticKernel.FunctionResultContent>()));
        Assert.Equal((call.Id, "high"), (result.CallId, $"{result.Result}"));
    }

    [Fact]
    public async Task ItEmbeds()
    {
        using var mothra = await app.NewUserAsync();
        var embeddings = KernelOf(mothra).GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

        var vectors = await embeddings.GenerateAsync(["the sea", "a mountain"]);

        Assert.Equal([64, 64], vectors.Select(vector => vector.Vector.Length));
        Assert.NotEqual(vectors[0].Vector.ToArray(), vectors[1].Vector.ToArray());
    }

    [Theory]
    [InlineData("no-such-model", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("down", HttpStatusCode.ServiceUnavailable, "model_unavailable")]
    public async Task ErrorsAreItsExceptions(string model, HttpStatusCode status, string code)
    {
        using var mothra = await app.NewUserAsync();

        var exception = await Assert.ThrowsAsync<HttpOperationException>(() => KernelOf(mothra, model).InvokePromptAsync("hello"));

        Assert.Equal(status, exception.StatusCode);
        Assert.Contains(code, exception.ResponseContent, StringComparison.Ordinal);
    }

    private static Kernel KernelOf(ApiUser user, string model = Mini)
    {
        var client = new OpenAIClient(
            new ApiKeyCredential(user.Key), new OpenAIClientOptions { Endpoint = new Uri(user.Gateway, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });
        var builder = Kernel.CreateBuilder();
        builder.AddOpenAIChatCompletion(model, client);
#pragma warning disable SKEXP0010 // Embeddings are a preview of the connector's.
        builder.AddOpenAIEmbeddingGenerator(model, client, dimensions: 64);
#pragma warning restore SKEXP0010
        return builder.Build();
    }

    private static OpenAIPromptExecutionSettings Settings() => new() { MaxTokens = 24, Temperature = 0, Seed = 7 };

    private sealed class Tide
    {
        public List<int> Asked { get; } = [];

        [KernelFunction("get_tide")]
        [Description("The tide at a place.")]
        public string Get([Description("How deep the sea is there.")] int metres)
        {
            Asked.Add(metres);
            return "high";
        }
    }
}
