using System.Globalization;
using Gateway.Bench;

if (args is [Refusals.Command, var port])
{
    await Refusals.RunAsync(port);
    return 0;
}

if (Options.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

Packages.Install();
await using var stage = await Stage.StartAsync(options);
foreach (var candidate in stage.Candidates)
{
    await stage.CheckAsync(candidate);
    await stage.LoadAsync(
        candidate, candidate.Answers(Requests.Signed) ? Requests.Signed : Requests.Anonymous, connections: 64, TimeSpan.FromSeconds(candidate.WarmUpSeconds));
}

var results = new Results();
for (var round = 0; round < options.Rounds; round++)
{
    // The machine's speed drifts within minutes, so each round has all candidates, in another order.
    foreach (var candidate in stage.Candidates.OrderBy(_ => Random.Shared.Next()))
    {
        results.Add(
            candidate,
            candidate.Answers(Requests.Signed) ? await stage.LoadAsync(candidate, Requests.Signed, connections: 64, options.Duration) : null,
            candidate.Answers(Requests.Signed) ? await stage.LoadAsync(candidate, Requests.Signed, connections: 16, options.Duration / 2) : null,
            candidate.Answers(Requests.Anonymous) ? await stage.LoadAsync(candidate, Requests.Anonymous, connections: 64, options.Duration / 2) : null,
            candidate.Process.ResidentBytes());
    }
}

results.Write(Console.Out);
var lags = await stage.RevocationLagsAsync();
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"From the end of a session to the first refusal, {lags.Count} times: median {lags[lags.Count / 2]:N1} ms, longest {lags[^1]:N1} ms."));
return 0;
