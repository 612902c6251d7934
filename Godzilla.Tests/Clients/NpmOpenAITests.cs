using System.Text.Json;
using Godzilla.Tests.System.Inference;

namespace Godzilla.Tests.Clients;

/// <summary>The npm packages <c>openai</c> and <c>ai</c> (Vercel's) use models with nothing but another base URL.</summary>
[Collection(InferenceSystem.Name)]
public sealed class NpmOpenAITests(InferenceApp app)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task OpenAIsOwnClientFindsEverything()
    {
        using var user = await app.NewUserAsync();
        var said = await RunAsync("openai.mjs", user, ("BAD_KEY", "gz_wrong"));

        Assert.Contains("godzilla-mini", said("models").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal("godzilla-mini", said("retrieved").GetString());

        Assert.NotEmpty(said("text").GetString()!);
        Assert.Equal(said("text").GetString(), said("streamed").GetString());
        Assert.NotEmpty(said("request").GetString()!);
        Assert.Equal(said("request").GetString(), said("id").GetString());
        var usage = said("usage");
        Assert.Equal(
            usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
        Assert.InRange(usage.GetProperty("completion_tokens").GetInt32(), 1, 40);

        Assert.Equal("get_weather", said("tool").GetString());
        Assert.Equal(["city"], said("arguments").EnumerateObject().Select(field => field.Name));
        Assert.Equal(["name", "tons"], said("structured").EnumerateObject().Select(field => field.Name));
        Assert.All(said("dimensions").EnumerateArray(), count => Assert.Equal(256, count.GetInt32()));
        Assert.Equal(1, said("length").GetDouble(), 3);

        Assert.Equal("""[true,401,"invalid_api_key"]""", said("key").GetRawText());
        Assert.Equal("""[true,404,"model_not_found"]""", said("model").GetRawText());
        Assert.Equal("""[true,400,"messages"]""", said("request", 2).GetRawText());
        Assert.True(said("left").GetBoolean());
        Assert.True(said("aborted").GetBoolean());

        Assert.NotEmpty(said("response").GetString()!);
        Assert.Equal(said("response_streamed").GetString(), said("kept").GetString());
        Assert.True(said("previous").GetBoolean());
        Assert.Equal(["What is Godzilla?", said("response").GetString(), "And Mothra?"], said("inputs").EnumerateArray().Select(text => text.GetString()));
        Assert.Equal("[true,404]", said("gone").GetRawText());
    }

    [Fact]
    public async Task VercelsSdkGeneratesStreamsAndCallsTools()
    {
        using var user = await app.NewUserAsync();
        var said = await RunAsync("ai.mjs", user);

        Assert.NotEmpty(said("text").GetString()!);
        Assert.Equal(said("text").GetString(), said("streamed").GetString());
        Assert.Equal(said("tokens").GetInt32(), said("tokens", 2).GetInt32());
        Assert.Equal(["name", "tons"], said("object").EnumerateObject().Select(field => field.Name));
        Assert.Equal("getWeather", said("tool").GetString());
        Assert.Equal(["city"], said("input").EnumerateObject().Select(field => field.Name));
        Assert.Equal(256, said("dimensions").GetInt32());
    }

    private static async Task<Said> RunAsync(string script, ApiUser user, params (string Key, string Value)[] variables)
    {
        await NodePackages.RestoreOnceAsync();
        using var client = ClientProcess.Start(
            "node", [script], [("BASE_URL", new Uri(user.Gateway, "/v1").ToString()), ("API_KEY", user.Key), ("EMBEDDINGS", "godzilla-mini"), .. variables]);
        var lines = (await client.OutputAsync(TimeLimit)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        return (name, time) => lines.Where(line => line.TryGetProperty(name, out _)).ElementAt(time - 1).GetProperty(name);
    }

    /// <summary>What a script said under a name; where it did so several times, the first time unless told.</summary>
    private delegate JsonElement Said(string name, int time = 1);
}
