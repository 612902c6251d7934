using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Inference;

/// <summary><c>/v1/responses</c>: streamed by typed events, kept, continued, and in the background.</summary>
[Collection(InferenceSystem.Name)]
public sealed class ResponseTests(InferenceApp app)
{
    private const string Mini = "godzilla-mini";

    [Fact]
    public async Task AStreamTellsEachStepOnceInOrderAndIsKeptAsItEnded()
    {
        using var user = await app.NewUserAsync();
        var (events, response) = await StreamAsync(user, new { model = Mini, input = "Tell me of the sea.", max_output_tokens = 24, stream = true });

        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.done",
                "response.content_part.done", "response.output_item.done",
            ],
            events.Select(TypeOf).Where(type => type != "response.output_text.delta").SkipLast(1));
        Assert.Contains(TypeOf(events[^1]), new[] { "response.completed", "response.incomplete" });

        var text = string.Concat(events.Where(e => TypeOf(e) == "response.output_text.delta").Select(e => e.GetProperty("delta").GetString()));
        Assert.NotEmpty(text);
        Assert.Equal(text, TextOf(response));
        var item = response.GetProperty("output")[0].GetProperty("id").GetString();
        Assert.All(events.Where(e => e.TryGetProperty("item_id", out _)), e => Assert.Equal(item, e.GetProperty("item_id").GetString()));
        Assert.InRange(response.GetProperty("usage").GetProperty("output_tokens").GetInt32(), 1, 24);

        // At each gateway, so at whichever replica.
        foreach (var gateway in app.Gateways)
        {
            var kept = await user.At(gateway).GetFromJsonAsync<JsonElement>($"/v1/responses/{IdOf(response)}");
            Assert.Equal(response.GetRawText(), kept.GetRawText());
        }
    }

    [Fact]
    public async Task WhatIsNotStreamedIsTheSame()
    {
        using var user = await app.NewUserAsync();
        var whole = await CreateAsync(user, new { model = "echo", input = "a roar at sea", metadata = new { island = "Odo" } });

        Assert.Equal("response", whole.GetProperty("object").GetString());
        Assert.Equal("completed", whole.GetProperty("status").GetString());
        Assert.Equal("a roar at sea", TextOf(whole));
        Assert.Equal("Odo", whole.GetProperty("metadata").GetProperty("island").GetString());
        Assert.Equal(11, whole.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task AResponseGoesOnFromTheOneBefore()
    {
        using var user = await app.NewUserAsync();
        var first = await CreateAsync(user, new { model = "echo", instructions = "Roar.", input = "who is there" });
        var second = await CreateAsync(user, new { model = "echo", input = "mothra is", previous_response_id = IdOf(first) });
        var third = await CreateAsync(user, new { model = "echo", input = "where then", previous_response_id = IdOf(second) });

        Assert.Equal("where then", TextOf(third));
        var sent = app.Upstream.Requests.Last(request => request.Body.GetRawText().Contains("where then", StringComparison.Ordinal)).Body.GetProperty("messages");
        Assert.Equal(
            ["user: who is there", "assistant: who is there", "user: mothra is", "assistant: mothra is", "user: where then"],
            sent.EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}: {ContentOf(message)}"));
    }

    [Fact]
    public async Task ToolsAreCalledAndAnswered()
    {
        using var user = await app.NewUserAsync();
        object[] tools = [new { type = "function", name = "weather", parameters = new { type = "object", properties = new { city = new { type = "string" } }, required = new[] { "city" }, additionalProperties = false } }];
        var (events, called) = await StreamAsync(user, new { model = Mini, input = "Use weather for Tokyo", tools, tool_choice = "required", stream = true });

        var call = called.GetProperty("output")[0];
        Assert.Equal("function_call", call.GetProperty("type").GetString());
        Assert.Equal("weather", call.GetProperty("name").GetString());
        var arguments = call.GetProperty("arguments").GetString()!;
        Assert.Equal(["city"], JsonElement.Parse(arguments).EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            arguments, string.Concat(events.Where(e => TypeOf(e) == "response.function_call_arguments.delta").Select(e => e.GetProperty("delta").GetString())));

        var answered = await CreateAsync(user, new
        {
            model = Mini,
            tools,
            previous_response_id = IdOf(called),
            input = new[] { new { type = "function_call_output", call_id = call.GetProperty("call_id").GetString(), output = "rain" } },
        });
        Assert.NotEmpty(TextOf(answered));
    }

    [Fact]
    public async Task ASchemaIsKept()
    {
        using var user = await app.NewUserAsync();
        var schema = new { type = "object", properties = new { tons = new { type = "integer" } }, required = new[] { "tons" }, additionalProperties = false };
        var response = await CreateAsync(user, new { model = Mini, input = "How heavy?", text = new { format = new { type = "json_schema", name = "weight", schema, strict = true } } });

        Assert.Equal(JsonValueKind.Number, JsonElement.Parse(TextOf(response)).GetProperty("tons").ValueKind);
    }

    [Fact]
    public async Task InTheBackgroundItGoesOnAndIsAskedForAnywhere()
    {
        using var user = await app.NewUserAsync();
        var queued = await CreateAsync(user, new { model = "held", input = "first the rest", background = true });
        Assert.Equal("queued", queued.GetProperty("status").GetString());
        await Eventually.TrueAsync(() => app.Upstream.Held > 0, "it runs without its client");

        app.Upstream.Release();
        JsonElement ended = default;
        await Eventually.TrueAsync(
            async () =>
            {
                ended = await user.At(app.Gateways[1]).GetFromJsonAsync<JsonElement>($"/v1/responses/{IdOf(queued)}");
                app.Upstream.Release();
                return ended.GetProperty("status").GetString() == "completed";
            },
            "it is completed");
        Assert.Equal("first the rest", TextOf(ended));
    }

    [Fact]
    public async Task InTheBackgroundItIsCancelledFromAnyReplica()
    {
        using var user = await app.NewUserAsync();
        foreach (var gateway in app.Gateways)
        {
            var left = app.Upstream.Left;
            var queued = await CreateAsync(user, new { model = "held", input = "first the rest", background = true });
            await Eventually.TrueAsync(() => app.Upstream.Held > 0, "it runs");

            using var answer = await user.At(gateway).PostAsync($"/v1/responses/{IdOf(queued)}/cancel", content: null);
            Assert.Equal("cancelled", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());
            await Eventually.TrueAsync(() => app.Upstream.Left > left, "the upstream hears of it");
        }
    }

    [Fact]
    public async Task WhatIsNotKeptOrNotMineIsNotFound()
    {
        using var user = await app.NewUserAsync();
        using var other = await app.NewUserAsync();
        var passing = await CreateAsync(user, new { model = "echo", input = "hello", store = false });
        var kept = await CreateAsync(user, new { model = "echo", input = "hello" });

        foreach (var (who, id) in new[] { (user, IdOf(passing)), (other, IdOf(kept)), (user, "resp_none") })
        {
            using var found = await who.Http.GetAsync($"/v1/responses/{id}");
            await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "response_not_found", found);
            using var next = await ApiUser.PostAsync(who.Http, "/v1/responses", new { model = "echo", input = "on", previous_response_id = id });
            await OpenAIErrorBody.AssertAsync(HttpStatusCode.BadRequest, "invalid_request_error", "previous_response_not_found", next);
        }

        using var deleted = await user.Http.DeleteAsync($"/v1/responses/{IdOf(kept)}");
        Assert.True((await deleted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("deleted").GetBoolean());
        using var gone = await user.Http.GetAsync($"/v1/responses/{IdOf(kept)}");
        await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "response_not_found", gone);
    }

    [Fact]
    public async Task WhatAResponseHasAnsweredIsListedPageByPage()
    {
        using var user = await app.NewUserAsync();
        using var other = await app.NewUserAsync();
        var first = await CreateAsync(user, new { model = "echo", instructions = "Roar.", input = "who is there" });
        object[] input =
        [
            new { type = "function_call", call_id = "c1", name = "look", arguments = "{}" },
            new { type = "function_call_output", call_id = "c1", output = "rain" },
            new { id = "mine", role = "assistant", content = new[] { new { type = "output_text", text = "it rains" } } },
            new { id = "mine", role = "user", content = "and now" },
        ];
        var second = await CreateAsync(user, new { model = "echo", previous_response_id = IdOf(first), input });

        var all = await ListAsync(user, IdOf(second), "?order=asc");
        Assert.Equal("list", all.GetProperty("object").GetString());
        Assert.False(all.GetProperty("has_more").GetBoolean());
        var items = all.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(
            ["user: who is there", "assistant: who is there", "look", "rain", "assistant: it rains", "user: and now"],
            items.Select(item => TypeOf(item) switch
            {
                "function_call" => item.GetProperty("name").GetString(),
                "function_call_output" => item.GetProperty("output").GetString(),
                _ => $"{item.GetProperty("role").GetString()}: {item.GetProperty("content")[0].GetProperty("text").GetString()}",
            }));
        Assert.Equal(["input_text", "output_text", "output_text", "input_text"], items.Where(item => TypeOf(item) == "message").Select(item => TypeOf(item.GetProperty("content")[0])));
        Assert.All(items, item => Assert.Equal("completed", item.GetProperty("status").GetString()));
        var ids = items.ConvertAll(IdOf);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(first.GetProperty("output")[0].GetProperty("id").GetString(), ids[1]);
        Assert.Equal("mine", ids[4]);

        // The newest first, unless told.
        var read = new List<string>();
        for (string? after = null; ;)
        {
            var page = await ListAsync(user, IdOf(second), after is null ? "?limit=4" : $"?limit=4&after={after}");
            read.AddRange(page.GetProperty("data").EnumerateArray().Select(IdOf));
            after = page.GetProperty("last_id").GetString();
            Assert.Equal((read[^1], read.Count < ids.Count), (after, page.GetProperty("has_more").GetBoolean()));
            if (read.Count >= ids.Count)
            {
                break;
            }
        }

        Assert.Equal(ids, Enumerable.Reverse(read));
        foreach (var (query, param, code) in new[]
        {
            ("limit=0", "limit", "integer_below_min_value"), ("limit=101", "limit", "integer_above_max_value"), ("limit=few", "limit", "invalid_type"),
            ("order=up", "order", "invalid_value"), ("after=msg_none", "after", "invalid_value"),
        })
        {
            using var wrong = await user.Http.GetAsync($"/v1/responses/{IdOf(second)}/input_items?{query}");
            Assert.Equal(param, (await OpenAIErrorBody.AssertAsync(HttpStatusCode.BadRequest, "invalid_request_error", code, wrong)).GetProperty("param").GetString());
        }

        using var found = await other.Http.GetAsync($"/v1/responses/{IdOf(second)}/input_items");
        await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "response_not_found", found);
    }

    [Theory]
    [InlineData("""{"model":"echo"}""", "input", "missing_required_parameter")]
    [InlineData("""{"model":"echo","input":[]}""", "input", "empty_array")]
    [InlineData("""{"model":"echo","input":7}""", "input", "invalid_type")]
    [InlineData("""{"model":"echo","input":[{"type":"image_generation_call"}]}""", "input[0].type", "invalid_value")]
    [InlineData("""{"model":"echo","input":"a","max_output_tokens":0}""", "max_output_tokens", "integer_below_min_value")]
    [InlineData("""{"model":"echo","input":"a","background":true,"store":false}""", "background", "invalid_value")]
    [InlineData("""{"model":"echo","input":"a","background":true,"stream":true}""", "background", "invalid_value")]
    [InlineData("""{"model":"echo","input":"a","temperature":"hot"}""", "temperature", "invalid_type")]
    public async Task AWrongParameterIsNamed(string body, string param, string code)
    {
        using var user = await app.NewUserAsync();
        using var response = await user.Http.PostAsync("/v1/responses", new StringContent(body, global::System.Text.Encoding.UTF8, "application/json"));

        var error = await OpenAIErrorBody.AssertAsync(HttpStatusCode.BadRequest, "invalid_request_error", code, response);
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    private static async Task<JsonElement> CreateAsync(ApiUser user, object body)
    {
        using var response = await ApiUser.PostAsync(user.Http, "/v1/responses", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    private static Task<JsonElement> ListAsync(ApiUser user, string id, string query) =>
        user.Http.GetFromJsonAsync<JsonElement>($"/v1/responses/{id}/input_items{query}");

    private static async Task<(List<JsonElement> Events, JsonElement Response)> StreamAsync(ApiUser user, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/responses") { Content = JsonContent.Create(body) };
        using var reader = await SseReader.OpenAsync(await user.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        var events = (await reader.RestAsync()).ConvertAll(e => e.Json);
        return (events, events[^1].GetProperty("response"));
    }

    private static string TypeOf(JsonElement e) => e.GetProperty("type").GetString()!;

    private static string IdOf(JsonElement response) => response.GetProperty("id").GetString()!;

    private static string TextOf(JsonElement response) => response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;

    private static string? ContentOf(JsonElement message) => message.GetProperty("content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Concat(parts.EnumerateArray().Select(part => part.GetProperty("text").GetString()))
        : message.GetProperty("content").GetString();
}
