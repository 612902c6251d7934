using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Godzilla.Inference.Mini;
using Godzilla.Inference.Tokens;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

// The built-in model alone, without a server: what it takes to load, and tokens a second of processor time, on one thread.
const int TokensARun = 20_000;
const int End = 199_999;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var tokens = new TokenCounter();
Report("vocabulary", Load(tokens.Load));
var source = new MiniModelSource();
Report("model", Load(() => _ = source.Model));
Console.WriteLine($"file: {new FileInfo(Path.Combine(AppContext.BaseDirectory, "godzilla-mini.model")).Length / 1e6:0.0} MB");

using var client = new MiniChatClient(source, tokens, Options.Create(new MiniOptions()), TimeProvider.System);
var schema = JsonSerializer.Deserialize<JsonElement>("""
    {"type":"object","properties":{"list":{"type":"array","items":{"type":"object","properties":{"answer":{"type":"string"},"score":{"type":"integer","minimum":0,"maximum":100}},
    "required":["answer","score"],"additionalProperties":false},"minItems":8,"maxItems":8}},"required":["list"],"additionalProperties":false}
    """);
(string Name, Func<ChatOptions> Options)[] workloads =
[
    ("temperature 0", () => Endless(0)),
    ("temperature 1", () => Endless(1)),
    ("temperature 1, top_p 0.9, penalties", () => With(Endless(1), options => (options.TopP, options.FrequencyPenalty) = (0.9f, 0.2f))),
    ("temperature 1, top_logprobs 5", () => With(Endless(1), options =>
    {
        options.AdditionalProperties![MiniChatClient.Logprobs] = true;
        options.AdditionalProperties[MiniChatClient.TopLogprobs] = 5;
    })),
    ("answers as people get them", () => new()),
    ("json_schema", () => new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) }),
];

for (var round = 0; round < 3; round++)
{
    foreach (var (name, create) in workloads)
    {
        var before = Environment.CpuUsage.TotalTime;
        var count = 0L;
        for (var seed = 0; count < TokensARun; seed++)
        {
            var options = create();
            options.Seed = seed;
            await foreach (var update in client.GetStreamingResponseAsync([new(ChatRole.User, "Tell me a story")], options))
            {
                count += update.Contents.OfType<UsageContent>().Sum(usage => usage.Details.OutputTokenCount ?? 0);
            }
        }

        var rate = count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        Console.WriteLine(round == 0 ? $"{name}: {rate:N0} tokens/s while it is compiled" : $"{name}: {rate:N0} tokens/s");
    }
}

Console.WriteLine($"heap: {GC.GetTotalMemory(forceFullCollection: true) / 1e6:0.0} MB");
return 0;

// Without the end of a text: an answer of 400 tokens, whatever they are.
static ChatOptions Endless(float temperature) => new()
{
    Temperature = temperature,
    MaxOutputTokens = 400,
    AdditionalProperties = new() { [MiniChatClient.LogitBias] = new Dictionary<int, float> { [End] = -100 } },
};

static ChatOptions With(ChatOptions options, Action<ChatOptions> change)
{
    change(options);
    return options;
}

static (TimeSpan Time, TimeSpan Processor, long Bytes) Load(Action load)
{
    var before = GC.GetTotalMemory(forceFullCollection: true);
    var processor = Environment.CpuUsage.TotalTime;
    var clock = Stopwatch.StartNew();
    load();
    var (time, used) = (clock.Elapsed, Environment.CpuUsage.TotalTime - processor);
    return (time, used, GC.GetTotalMemory(forceFullCollection: true) - before);
}

static void Report(string what, (TimeSpan Time, TimeSpan Processor, long Bytes) load) => Console.WriteLine(
    $"{what}: loaded in {load.Time.TotalMilliseconds:0} ms, {load.Processor.TotalMilliseconds:0} ms of processor time; {load.Bytes / 1e6:0.0} MB");
