using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Inference;

[Collection(InferenceSystem.Name)]
public sealed class ModelHealthTests(InferenceApp app)
{
    [Fact]
    public async Task AModelSaysWhetherItAnswers()
    {
        using var mothra = await app.NewUserAsync();

        // Each replica knows what it saw itself, and they take turns: two of everything reach both.
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 2; i++)
                {
                    using var refused = await ApiUser.CompleteAsync(mothra.Http, new { model = "down", messages = new[] { new { role = "user", content = "hello" } } });
                }

                return await StatusAsync(mothra, "down") == "unavailable" && await StatusAsync(mothra, "down") == "unavailable";
            },
            "its upstream is left alone");

        await Eventually.TrueAsync(async () => await StatusAsync(mothra, "covered") == "degraded", "another model stands in");
        Assert.Equal("available", await StatusAsync(mothra, "two"));
        Assert.Equal("available", await StatusAsync(mothra, "echo"));
        Assert.Equal("available", await StatusAsync(mothra, "godzilla-mini"));
    }

    private static async Task<string?> StatusAsync(ApiUser user, string model) =>
        (await user.Http.GetFromJsonAsync<JsonElement>($"/v1/models/{model}")).GetProperty("status").GetString();
}
