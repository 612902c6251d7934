using Godzilla.Inference.Mini;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class EmbeddingTests
{
    private static readonly MiniEmbeddingGenerator Generator = new(BuiltInModel.Source, BuiltInModel.Tokens);

    // A text, one that is like it, and one that is not. Few of the pairs share a word.
    [Theory]
    [InlineData("a kitten", "the cat", "the bank lends money")]
    [InlineData("my puppy barks", "a dog", "an apple cake")]
    [InlineData("an automobile", "a fast car", "a sweet cherry")]
    [InlineData("the physician", "a doctor in the hospital", "a ship on the sea")]
    [InlineData("rain and thunder", "a storm is coming", "the teacher at school")]
    [InlineData("the king", "a queen with a crown", "a bug in the code")]
    [InlineData("students at the university", "the professor teaches a lesson", "snow in the mountains")]
    [InlineData("sailors", "a boat in the harbour", "the singer and the violin")]
    [InlineData("How do I log in?", "sign in with a password", "trees of the forest")]
    [InlineData("software developer", "a programmer writes code", "bread and butter")]
    [InlineData("cash and coins", "the price in money", "a flight with the pilot")]
    [InlineData("How do I revoke an API key?", "revoking keys", "What is the capital of Spain?")]
    [InlineData("zorblaxian engine", "the zorblaxian engines", "a quiet morning")]
    public async Task WhatIsAlikeIsNearer(string text, string alike, string other)
    {
        var vectors = await EmbedAsync([text, alike, other]);

        Assert.True(Cosine(vectors[0], vectors[1]) > Cosine(vectors[0], vectors[2]) + 0.05, $"{Cosine(vectors[0], vectors[1])} {Cosine(vectors[0], vectors[2])}");
    }

    [Theory]
    [InlineData(null, 256)]
    [InlineData(256, 256)]
    [InlineData(64, 64)]
    [InlineData(1, 1)]
    public async Task EachVectorHasItsDimensionsAndLengthOne(int? dimensions, int length)
    {
        foreach (var vector in await EmbedAsync(["What is Godzilla?", "", "...", "\u6771\u4eac", new string('a', 5000)], dimensions))
        {
            Assert.Equal(length, vector.Length);
            Assert.Equal(1, Math.Sqrt(vector.Sum(item => (double)item * item)), 4);
        }
    }

    [Fact]
    public async Task AShorterVectorIsTheBeginningOfTheLongOne()
    {
        var whole = (await EmbedAsync(["a boat in the harbour"]))[0];
        var part = (await EmbedAsync(["a boat in the harbour"], 32))[0];

        var length = MathF.Sqrt(whole[..32].Sum(item => item * item));
        Assert.All(part.Zip(whole), pair => Assert.Equal(pair.Second / length, pair.First, 4));
    }

    [Fact]
    public async Task TheSameTextHasTheSameVector()
    {
        using var another = new MiniEmbeddingGenerator(new(), new());

        Assert.Equal((await EmbedAsync(["the lighthouse"]))[0], (await another.GenerateAsync(["the lighthouse"]))[0].Vector.ToArray());
    }

    [Fact]
    public async Task UsageIsTheTokensOfAllTexts()
    {
        var embeddings = await Generator.GenerateAsync(["hello world", "<|endoftext|>"]);

        Assert.Equal(2 + 7, embeddings.Usage!.InputTokenCount);
        Assert.Equal(2 + 7, embeddings.Usage.TotalTokenCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public async Task OtherDimensionsAreRefused(int dimensions)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => EmbedAsync(["text"], dimensions));
    }

    private static async Task<List<float[]>> EmbedAsync(string[] texts, int? dimensions = null) =>
        [.. (await Generator.GenerateAsync(texts, new EmbeddingGenerationOptions { Dimensions = dimensions })).Select(embedding => embedding.Vector.ToArray())];

    private static float Cosine(float[] one, float[] other) => one.Zip(other, (first, second) => first * second).Sum();
}
