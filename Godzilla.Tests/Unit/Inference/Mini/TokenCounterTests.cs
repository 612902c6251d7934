using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class TokenCounterTests
{
    // The ids are those that OpenAI's tiktoken gives.
    [Theory]
    [InlineData("", new int[0])]
    [InlineData("hello world", new[] { 24912, 2375 })]
    [InlineData("<|endoftext|>", new[] { 27, 91, 419, 1440, 919, 91, 29 })]
    public void TextHasTheTokensOfO200k(string text, int[] tokens)
    {
        Assert.Equal(tokens, BuiltInModel.Tokens.Encode(text));
        Assert.Equal(tokens.Length, BuiltInModel.Tokens.Count(text));
    }

    // The messages of OpenAI's cookbook, "How to count tokens with tiktoken", for which the API itself counts 124 with gpt-4o.
    [Fact]
    public void APromptHasTheTokensThatTheApiCounts()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."),
            new(ChatRole.System, "New synergies will help drive top-line growth.") { AuthorName = "example_user" },
            new(ChatRole.System, "Things working well together will increase revenue.") { AuthorName = "example_assistant" },
            new(ChatRole.System, "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.") { AuthorName = "example_user" },
            new(ChatRole.System, "Let's talk later when we're less busy about how to do better.") { AuthorName = "example_assistant" },
            new(ChatRole.User, "This late pivot means we don't have time to boil the ocean for the client deliverable."),
        ];

        Assert.Equal(124, BuiltInModel.Tokens.CountPrompt(messages));
    }

    // The tool of the same page, with which the API counts 101.
    [Fact]
    public void ToolsHaveTheTokensThatTheApiCounts()
    {
        var tool = AIFunctionFactory.CreateDeclaration("get_current_weather", "Get the current weather in a given location", JsonSerializer.Deserialize<JsonElement>("""
            {"type":"object","properties":{"location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},
            "unit":{"type":"string","description":"The unit of temperature to return","enum":["celsius","fahrenheit"]}},"required":["location"]}
            """));
        ChatMessage[] messages =
        [
            new(ChatRole.System, "You are a helpful assistant that can answer to questions about the weather."),
            new(ChatRole.User, "What's the weather like in San Francisco?"),
        ];

        Assert.Equal(101, BuiltInModel.Tokens.CountPrompt(messages) + BuiltInModel.Tokens.CountTools([tool]));
    }
}
