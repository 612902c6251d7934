using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Godzilla.Tests.System.Inference;

/// <summary>The whole system with two gateways, two replicas of inference and small budgets.</summary>
public sealed class BudgetApp : GodzillaApp
{
    /// <summary>How many requests a minute each user has.</summary>
    public const int Requests = 37;

    /// <summary>How many tokens a month each key has.</summary>
    public const int TokensOfAKey = 20_000;

    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        builder.CreateResourceBuilder<ProjectResource>("gateway").WithReplicas(2);
        builder.CreateResourceBuilder<ProjectResource>("inference").WithReplicas(2)
            .WithEnvironment("Budgets__PerUser__RequestsPerMinute", Requests.ToString(CultureInfo.InvariantCulture))
            .WithEnvironment("Budgets__PerKey__TokensPerMonth", TokensOfAKey.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Budgets and usage, from the client's side.</summary>
public sealed class BudgetTests(BudgetApp app) : IClassFixture<BudgetApp>
{
    private const string Model = "godzilla-mini";

    [Fact]
    public async Task OfManyRequestsAtOnceHalfOfThemStreamingAThirdCutOffExactlyTheLimitIsAdmitted()
    {
        using var rodan = await app.SignUpAsync("rodan");
        var key = await CreateKeyAsync(rodan);
        using var one = At(0, key);
        using var other = At(1, key);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            var isStreamed = number % 2 == 0;
            using var response = await CompleteAsync(number % 4 < 2 ? one : other, maxTokens: 40, isStreamed);
            if (number % 3 != 0)
            {
                var body = await response.Content.ReadAsStringAsync();
                Assert.True(!response.IsSuccessStatusCode || body.Contains(isStreamed ? "[DONE]" : "\"usage\"", StringComparison.Ordinal), body);
            }

            return response.StatusCode;
        }));

        // A busy machine may let one wait too long for Redis: it is told to come again, and what it had is given back.
        Assert.All(statuses, status => Assert.Contains(status, new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable }));
        var late = statuses.Count(status => status == HttpStatusCode.ServiceUnavailable);
        var admitted = statuses.Count(status => status == HttpStatusCode.OK);
        Assert.InRange(late, 0, 10);
        Assert.InRange(admitted, BudgetApp.Requests - late, BudgetApp.Requests);
        await NothingIsSetAsideAsync(rodan);
        for (; admitted < BudgetApp.Requests; admitted++)
        {
            using var next = await CompleteAsync(one, maxTokens: 1);
            Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        }

        using var refused = await CompleteAsync(one, maxTokens: 1);
        await AssertErrorAsync(refused, "requests", "rate_limit_exceeded");
        Assert.Equal($"{BudgetApp.Requests}", Assert.Single(refused.Headers.GetValues("x-ratelimit-limit-requests")));
        Assert.Equal("0", Assert.Single(refused.Headers.GetValues("x-ratelimit-remaining-requests")));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 61);
    }

    [Fact]
    public async Task TheMonthsTokensOfAKeyAreNeverOverspent()
    {
        using var rodan = await app.SignUpAsync("rodan");
        var key = await CreateKeyAsync(rodan);
        using var one = At(0, key);
        using var other = At(1, key);

        // Six of them fit, and not all of what they may generate is generated.
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            using var response = await CompleteAsync(number % 2 == 0 ? one : other, maxTokens: 3, choices: 2, prompt: string.Concat(Enumerable.Repeat("word ", 3000)));
            return (response.StatusCode, Text: await response.Content.ReadAsStringAsync());
        }));

        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests }));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await NothingIsSetAsideAsync(rodan);
        var spent = answers.Where(answer => answer.StatusCode == HttpStatusCode.OK).Sum(answer => UsageOf(answer.Text).Total);
        Assert.InRange(spent, 1, BudgetApp.TokensOfAKey);
        await UsageIsAsync(rodan, "", total => total.GetProperty("total_tokens").GetInt64() == spent);
        using var refused = await CompleteAsync(one, maxTokens: 3, prompt: string.Concat(Enumerable.Repeat("word ", 6000)));
        await AssertErrorAsync(refused, "insufficient_quota", "insufficient_quota");
    }

    [Fact]
    public async Task UsageIsExactlyWhatWasAnswered()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (first, second) = (await CreateKeyAsync(mothra), await CreateKeyAsync(mothra));
        using var one = At(0, first);
        using var other = At(1, second);
        var (ofFirst, ofSecond) = (new List<(long Prompt, long Completion, long Total)>(), new List<(long Prompt, long Completion, long Total)>());
        for (var number = 0; number < 3; number++)
        {
            using var response = await CompleteAsync(one, maxTokens: 10 + number);
            ofFirst.Add(UsageOf(await response.Content.ReadAsStringAsync()));
        }

        using var last = await CompleteAsync(other, maxTokens: 20);
        ofSecond.Add(UsageOf(await last.Content.ReadAsStringAsync()));

        await UsageIsAsync(mothra, "?group=day", total => total.GetProperty("requests").GetInt64() == 4);
        using var response2 = await mothra.SendAsync(HttpMethod.Get, "/user/usage?group=key,model");
        var report = await response2.Content.ReadFromJsonAsync<JsonElement>();
        var lines = report.GetProperty("usage").EnumerateArray().ToList();
        Assert.Equal(2, lines.Count);
        foreach (var used in new[] { ofFirst, ofSecond })
        {
            var line = Assert.Single(lines, line => line.GetProperty("requests").GetInt64() == used.Count);
            Assert.Equal(Model, line.GetProperty("model").GetString());
            Assert.Equal(used.Sum(answer => answer.Prompt), line.GetProperty("prompt_tokens").GetInt64());
            Assert.Equal(used.Sum(answer => answer.Completion), line.GetProperty("completion_tokens").GetInt64());
            Assert.Equal(used.Sum(answer => answer.Total), line.GetProperty("total_tokens").GetInt64());
        }

        // A key sees its own.
        var own = await other.GetFromJsonAsync<JsonElement>("/user/usage");
        Assert.Equal(ofSecond.Sum(answer => answer.Total), own.GetProperty("total").GetProperty("total_tokens").GetInt64());
        Assert.Equal(JsonValueKind.Null, own.GetProperty("usage")[0].GetProperty("key").ValueKind);
        using var bad = await mothra.SendAsync(HttpMethod.Get, "/user/usage?group=user");
        Assert.Equal("group must be of day, key, model, separated by commas", await Envelope.AssertAsync(HttpStatusCode.BadRequest, bad));
    }

    private static (long Prompt, long Completion, long Total) UsageOf(string body)
    {
        var usage = JsonDocument.Parse(body).RootElement.GetProperty("usage");
        return (usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64(), usage.GetProperty("total_tokens").GetInt64());
    }

    private static async Task AssertErrorAsync(HttpResponseMessage response, string type, string code)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((type, code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    private static async Task<string> CreateKeyAsync(Person person)
    {
        using var response = await person.SendAsync(HttpMethod.Post, "/user/keys", new { name = "tests", scopes = new[] { "inference" } });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
    }

    private static async Task UsageIsAsync(Person person, string query, Func<JsonElement, bool> isIt) => await Eventually.TrueAsync(
        async () =>
        {
            using var response = await person.SendAsync(HttpMethod.Get, $"/user/usage{query}");
            response.EnsureSuccessStatusCode();
            return isIt((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("total"));
        },
        "the usage is written");

    private static Task<HttpResponseMessage> CompleteAsync(HttpClient http, int maxTokens, bool stream = false, int choices = 1, string prompt = "Who are you?")
    {
        var body = new { model = Model, messages = new[] { new { role = "user", content = prompt } }, max_tokens = maxTokens, n = choices, stream };
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(body) };
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private HttpClient At(int gateway, string key)
    {
        var http = GodzillaApp.CreateClient(app.ReplicasOf("gateway")[gateway]);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private async Task NothingIsSetAsideAsync(Person person)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await app.App.GetConnectionStringAsync("redis"))!);
        await Eventually.TrueAsync(
            async () =>
            {
                var months = await Task.WhenAll(Enumerable.Range(0, 16).Select(part => redis.GetDatabase().HashGetAllAsync($"budget:{{{part}}}:months:{person.Name}")));
                var fields = months.SelectMany(month => month).ToList();
                return fields.Count > 0 && fields.Where(field => ((string)field.Name!).StartsWith("h:", StringComparison.Ordinal)).All(field => (long)field.Value == 0);
            },
            "nothing is set aside any more");
    }
}
