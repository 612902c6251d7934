using Godzilla.Inference.Mini;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class AnswerTests
{
    [Theory]
    [InlineData("Who are you?", "godzilla-mini")]
    [InlineData("so, which model are you then", "godzilla-mini")]
    [InlineData("Are you ChatGPT?", "No. I am godzilla-mini")]
    [InlineData("What is Godzilla?", "chat system")]
    [InlineData("How can I get an API key?", "/user/keys")]
    [InlineData("tell me what the gateway does", "only door")]
    [InlineData("hello!", "Hello!")]
    [InlineData("What is the capital of France?", "Paris")]
    public async Task AQuestionOfTheCorpusIsAnswered(string question, string part)
    {
        var response = await BuiltInModel.AskAsync(question);

        Assert.Contains(part, response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Theory]
    [InlineData("What is the airspeed of an unladen swallow?")]
    [InlineData("Which enzyme splits lactose?")]
    [InlineData("explain recursion")]
    [InlineData("Zxqvw plmkt?")]
    public async Task WhatItDoesNotKnowItSaysSo(string question)
    {
        var response = await BuiltInModel.AskAsync(question);

        Assert.Matches("do not know|beyond me|no answer|not sure", response.Text);
    }

    [Theory]
    [InlineData("Say this is a test", "this is a test")]
    [InlineData("Repeat after me: \"blue whale\"", "blue whale")]
    public async Task WhatItIsToldToSayItSays(string question, string answer)
    {
        Assert.Equal(answer, (await BuiltInModel.AskAsync(question)).Text);
    }

    [Fact]
    public async Task ASentenceOfTheConversationAnswers()
    {
        var response = await BuiltInModel.Client.GetResponseAsync(
            [
                new(ChatRole.System, "The password of the harbour lamp is kestrel. Be brief."),
                new(ChatRole.User, "Hello"),
                new(ChatRole.Assistant, "Hello!"),
                new(ChatRole.User, "What is the password of the harbour lamp?"),
            ],
            new() { Temperature = 0 });

        Assert.Contains("kestrel", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AToolsResultIsTheAnswer()
    {
        var response = await BuiltInModel.Client.GetResponseAsync(
            [
                new(ChatRole.User, "What is the weather in Oslo?"),
                new(ChatRole.Assistant, [new FunctionCallContent("call_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Oslo" })]),
                new(ChatRole.Tool, [new FunctionResultContent("call_1", "14 degrees and rain")]),
            ],
            new() { Temperature = 0 });

        Assert.Equal("The tool get_weather answered: 14 degrees and rain", response.Text);
    }

    [Fact]
    public async Task TheStreamIsTheWholeAnswerInParts()
    {
        var options = new ChatOptions { Temperature = 0 };
        var whole = await BuiltInModel.AskAsync("What is Godzilla?", options);

        var updates = await BuiltInModel.StreamAsync("What is Godzilla?", options);

        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.InRange(updates.Count, 20, 200);
        Assert.All(updates.SkipLast(1), update => Assert.Null(update.FinishReason));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
    }

    [Fact]
    public async Task UsageIsWhatWasReadAndGenerated()
    {
        var response = await BuiltInModel.AskAsync("What is Godzilla?");

        Assert.Equal(BuiltInModel.Tokens.CountPrompt([new(ChatRole.User, "What is Godzilla?")]), response.Usage!.InputTokenCount);
        Assert.Equal(BuiltInModel.Tokens.Count(response.Text), response.Usage.OutputTokenCount);
        Assert.Equal(response.Usage.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task NoMoreTokensThanAllowed(int limit)
    {
        var response = await BuiltInModel.AskAsync("What is Godzilla?", new() { Temperature = 0, MaxOutputTokens = limit });

        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(limit, response.Usage!.OutputTokenCount);
        Assert.StartsWith(response.Text, (await BuiltInModel.AskAsync("What is Godzilla?")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APromptThatFillsTheContextIsRefused()
    {
        var longText = string.Concat(Enumerable.Repeat("whale ", MiniExtensions.ContextTokens));

        await Assert.ThrowsAsync<ArgumentException>(() => BuiltInModel.AskAsync(longText));
    }

    [Fact]
    public async Task ACancelledAnswerEnds()
    {
        using var cancellation = new CancellationTokenSource();
        var endless = new ChatOptions
        {
            AdditionalProperties = new() { [MiniChatClient.LogitBias] = new Dictionary<int, float> { [199_999] = -100 } },
        };
        var count = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in BuiltInModel.Client.GetStreamingResponseAsync([new(ChatRole.User, "Tell me a story")], endless, cancellation.Token))
            {
                if (++count == 10)
                {
                    await cancellation.CancelAsync();
                }
            }
        });

        Assert.Equal(10, count);
    }

    [Fact]
    public void TheModelIsSmall()
    {
        var file = new FileInfo(Path.Combine(AppContext.BaseDirectory, "godzilla-mini.model"));

        Assert.InRange(file.Length, 1_000_000, 20_000_000);
    }
}
