using System.Globalization;
using Presence.Bench;

if (Options.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

Tools.Install();
var folder = Directory.CreateTempSubdirectory("presence-bench-").FullName;

// Bodies of gRPC: a flag, the length, the message.
(string Call, byte[] Message)[] calls =
[
    ("GetOnlineUsers", []),
    ("SetTyping", [0x0a, 5, .. "user7"u8, 0x10, 1]),
    ("UserConnected", [0x0a, 5, .. "user7"u8, 0x12, 2, .. "c7"u8]),
];
foreach (var (call, message) in calls)
{
    await File.WriteAllBytesAsync(Path.Combine(folder, call), [0, 0, 0, 0, (byte)message.Length, .. message]);
}

await using var godzilla = await Candidate.GodzillaAsync(folder);
await using var go = await Candidate.GoAsync(folder);
await using var node = await Candidate.NodeAsync(folder);
Candidate[] candidates = [godzilla, go, node];
var results = new Results();
var (online, changes) = (0, new List<double>());
foreach (var size in new[] { 100, 1000 })
{
    foreach (var candidate in candidates)
    {
        await candidate.FillAsync(online, size);
        foreach (var (call, _) in calls)
        {
            candidate.Measure(call, Path.Combine(folder, call), seconds: 4); // Warms up.
        }
    }

    online = size;
    for (var round = 0; round < options.Rounds; round++)
    {
        // The machine's speed drifts, so each round has all, in another order.
        foreach (var (candidate, call) in candidates.SelectMany(candidate => calls.Select(call => (candidate, call.Call))).OrderBy(_ => Random.Shared.Next()))
        {
            results.Add(call, size, candidate.Name, candidate.Measure(call, Path.Combine(folder, call), options.Seconds));
        }

        if (size == 1000)
        {
            changes.Add(await Watching.MeasureAsync(godzilla, options.Seconds));
        }
    }
}

results.Write(Console.Out);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"Changes a second to each of 100 watchers, who share this machine: {Results.Median(changes):N0} ({changes.Min():N0} to {changes.Max():N0})"));
Directory.Delete(folder, recursive: true);
return 0;
