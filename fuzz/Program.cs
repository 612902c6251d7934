using System.CommandLine;
using System.Globalization;
using System.Text;
using Godzilla.Fuzz;
using Godzilla.Fuzz.Targets;

Coverage.Attach();
Target[] all = [.. ChatTargets.All, .. GatewayTargets.All, .. AccountsTargets.All, .. InferenceTargets.All, .. TerminalTargets.All, .. MongodTargets.All];
var names = new Argument<string[]>("TARGET") { Description = $"What is fed: {string.Join(", ", all.Select(target => target.Name))}. All of them, if none is named.", Arity = ArgumentArity.ZeroOrMore };
names.AcceptOnlyFromAmong([.. all.Select(target => target.Name)]);
var seconds = new Option<int>("--seconds") { Description = "How long each is fed.", DefaultValueFactory = _ => 60 };
var seed = new Option<int>("--seed") { Description = "What the inputs are drawn with.", DefaultValueFactory = _ => Random.Shared.Next() };
var list = new Option<bool>("--list") { Description = "Only prints the names of the targets." };

var command = new RootCommand("Feeds parsers with bytes until one of them does what it must not.") { names, seconds, seed, list };
command.SetAction(async (result, _) =>
{
    if (result.GetValue(list))
    {
        Console.WriteLine(string.Join('\n', all.Select(target => target.Name)));
        return 0;
    }

    var chosen = result.GetValue(names) is { Length: > 0 } some ? all.Where(target => some.Contains(target.Name)) : all;
    return Environment.GetEnvironmentVariable(LastInput.Variable) is { } path
        ? Feed(chosen, TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(seed), path)
        : await FeedInProcessAsync();
});
return await command.Parse(args).InvokeAsync();

async Task<int> FeedInProcessAsync()
{
    var path = Path.Combine(Path.GetTempPath(), $"fuzz-{Guid.NewGuid():N}");
    try
    {
        var code = await Instrumented.RunAsync(args, path);
        if (code is not (0 or 1) && LastInput.Read(path) is { } input)
        {
            Show(input, code == LastInput.TookTooLong ? "It takes too long" : $"The process ended with {code}");
        }

        return code;
    }
    finally
    {
        File.Delete(path);
    }
}

static int Feed(IEnumerable<Target> targets, TimeSpan time, int seed, string path)
{
    using var last = new LastInput(path);
    var failed = 0;
    foreach (var target in targets)
    {
        var corpus = Corpus.Of(target);
        var result = new Fuzzer(target, new Coverage(), last, new Random(seed)).Run(corpus, time);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{target.Name}: {result.Inputs:N0} inputs, {result.Branches} branches, {result.Kept} inputs kept, {corpus.Count} from the corpus; seed {seed}"));
        if (result.Finding is { } finding)
        {
            Show(finding.Input, finding.Exception.ToString());
            failed = 1;
        }
    }

    return failed;
}

static void Show(byte[] input, string what) =>
    Console.WriteLine($"Broken by {input.Length} bytes: {Convert.ToHexString(input)}\nAs text: {Encoding.UTF8.GetString(input)}\n{what}");
