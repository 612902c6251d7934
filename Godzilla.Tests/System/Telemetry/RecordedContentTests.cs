using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.Tests.System.Inference;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>What people say to models, and are told, is in spans only where it is switched on.</summary>
[Collection(InferenceSystem.Name)]
public sealed class RecordedContentTests(InferenceApp app)
{
    private const string Mini = "godzilla-mini";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SpansHaveWhatWasSaidIfItIsSwitchedOn(bool isOn)
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var inference = ServiceProcess.Start(
            "Inference",
            [
                .. collector.Variables,
                ("ConnectionStrings__redis", (await app.App.GetConnectionStringAsync("redis"))!),
                ("ConnectionStrings__inferencedb", (await app.App.GetConnectionStringAsync("inferencedb"))!),
                ("Identity__Callers__gateway__Key", GodzillaApp.KeyOf("gateway", "inference")),
                ("Identity__Callers__gateway__ForUsers", "true"),
                ("Upstreams__Services__good__Address", new Uri(app.Upstream.Address, "good/v1").ToString()),
                ("Models__Served__echo__Upstreams__good__Model", "echo"),
                ("Generation__RecordContent", isOn ? "true" : "false"),
            ]);
        using var http = new HttpClient(new SigningHandler("gateway", "inference", app.NewPerson("mothra").Name)) { BaseAddress = await inference.AddressAsync() };
        await Eventually.TrueAsync(
            async () =>
            {
                using var health = await http.GetAsync("/health");
                return health.IsSuccessStatusCode;
            },
            "it is ready");

        object[] messages = [new { role = "system", content = "Whisper." }, new { role = "user", content = "whispered to a model" }];
        using var whole = await http.PostAsJsonAsync("/v1/chat/completions", new { model = Mini, messages, n = 2, max_tokens = 8 });
        using var streamed = await http.PostAsJsonAsync("/v1/chat/completions", new { model = "echo", messages, stream = true });
        Assert.Contains("[DONE]", await streamed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var texts = (await whole.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices").EnumerateArray()
            .Select(choice => choice.GetProperty("message").GetProperty("content").GetString());
        inference.Terminate();
        Assert.Equal(0, await inference.ExitCodeAsync());

        foreach (var (model, answer) in new[] { (Mini, string.Join('\n', texts.Select(text => $"assistant: {text}"))), ("echo", "assistant: whispered to a model") })
        {
            var span = Assert.Single(collector.Spans, span => span.Name == $"chat {model}");
            Assert.Equal(isOn ? "system: Whisper.\nuser: whispered to a model" : null, span.Attributes.GetValueOrDefault("gen_ai.input.messages"));
            Assert.Equal(isOn ? answer : null, span.Attributes.GetValueOrDefault("gen_ai.output.messages"));
        }
    }
}
