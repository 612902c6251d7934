using System.Diagnostics;
using System.Globalization;
using Bench;
using Gateway.Bench;

namespace Inference.Bench;

/// <summary>
/// What a request, and a stream, takes longer through a gateway than at the upstream itself: Godzilla with keys, budgets and usage, Portkey
/// and a bare YARP without. One request at a time over one connection; all take turns, so a machine that is slow for a while slows all.
/// </summary>
internal static class Overhead
{
    private const string Direct = "the upstream itself";
    private const string Yarp = "YARP, bare";
    private const string PortkeyName = "Portkey";
    private const string Ours = "Godzilla";

    // .NET compiles what is called often again.
    private const string Compiler = ".NET Tiered Com";
    private const double QuietCompiler = 0.05;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan MaxWarmUp = TimeSpan.FromSeconds(8);

    private static readonly (string Name, string Body, string Expected)[] Kinds =
    [
        ("an answer", """{"model":"bench","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"What is Godzilla?"}],"max_tokens":100}""", "a monster of the sea"),
        ("a stream", """{"model":"bench","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"What is Godzilla?"}],"max_tokens":100,"stream":true}""", "[DONE]"),
    ];

    public static async Task RunAsync(Options options)
    {
        NodePackages.Install();
        var folder = Directory.CreateTempSubdirectory("inference-bench-").FullName;
        try
        {
            await using var upstream = await Upstream.StartAsync(folder);
            await using var yarp = await PassThrough.StartAsync(folder, upstream);
            await using var portkey = await Portkey.StartAsync(folder);
            await using var godzilla = await Godzilla.StartAsync(folder, upstream);
            (string Name, string Value)[] key = [("Authorization", $"Bearer {godzilla.Key}")];
            (string Name, int Port, (string Name, string Value)[] Headers, Server[] Servers)[] candidates =
            [
                (Direct, upstream.Port, key, [upstream]),
                (Yarp, yarp.Port, key, [upstream, yarp]),
                (PortkeyName, portkey.Port, [.. key, .. Portkey.To(upstream)], [upstream]),
                (Ours, godzilla.Gateway.Port, key, [upstream, godzilla.Gateway, godzilla.Inference]),
            ];
            var callers = candidates.SelectMany(candidate => Kinds.Select(kind => (
                Candidate: candidate.Name, Kind: kind.Name, Caller: Checked(new Caller(candidate.Port, kind.Body, candidate.Headers), kind.Expected), candidate.Servers))).ToList();
            foreach (var caller in callers)
            {
                Prepare(caller.Caller, caller.Servers);
            }

            var results = new Dictionary<(string Kind, string Candidate), List<Times>>();
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var caller in callers.OrderBy(_ => Random.Shared.Next()))
                {
                    var series = (caller.Kind, caller.Candidate);
                    results.TryAdd(series, []);
                    results[series].Add(Times.Of(Run(caller.Caller, TimeSpan.FromSeconds(options.Seconds))));
                }
            }

            Write(results);
            callers.ForEach(caller => caller.Caller.Dispose());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Caller Checked(Caller caller, string expected)
    {
        caller.Call(keep: true);
        return caller.Received.Contains(expected, StringComparison.Ordinal) ? caller : throw new InvalidOperationException(caller.Received);
    }

    private static void Prepare(Caller caller, Server[] servers)
    {
        var started = Stopwatch.GetTimestamp();
        double compiled;
        do
        {
            var before = Compiling(servers);
            Run(caller, WarmUp);
            compiled = (Compiling(servers) - before) / WarmUp;
        }
        while (compiled > QuietCompiler && Stopwatch.GetElapsedTime(started) < MaxWarmUp);

        static TimeSpan Compiling(Server[] servers) => servers.Aggregate(TimeSpan.Zero, (sum, server) => sum + server.ProcessorTime(Compiler));
    }

    private static List<(double First, double Whole)> Run(Caller caller, TimeSpan duration)
    {
        var times = new List<(double First, double Whole)>();
        caller.Open();
        caller.Call();
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < duration;)
        {
            times.Add(caller.Call());
        }

        return times;
    }

    // Overheads are differences within a round; ratios are those of the medians of all rounds.
    private static void Write(Dictionary<(string Kind, string Candidate), List<Times>> results)
    {
        Console.WriteLine("| what | through | p50, p99 ms | first byte p50 ms | overhead p50 ms (least to most) | of Portkey | more than YARP ms | overhead p99 ms | of Portkey |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (kind, _, _) in Kinds)
        {
            foreach (var name in new[] { Direct, Yarp, PortkeyName, Ours })
            {
                var times = results[(kind, name)];
                var (p50, p99) = (Over(name, time => time.P50), Over(name, time => time.P99));
                var ends = name == Direct ? "" : string.Create(CultureInfo.InvariantCulture, $"{Median(p50):N3} ({p50.Min():N3} to {p50.Max():N3})");
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {kind} | {name} | {Median(times.ConvertAll(time => time.P50)):N3}, {Median(times.ConvertAll(time => time.P99)):N3} | {Median(times.ConvertAll(time => time.First)):N3} | {ends} | {Median(p50) / Median(Over(PortkeyName, time => time.P50)):N2} | {Median(p50) - Median(Over(Yarp, time => time.P50)):N3} | {Median(p99):N3} | {Median(p99) / Median(Over(PortkeyName, time => time.P99)):N2} |"));
            }

            List<double> Over(string name, Func<Times, double> value) =>
                [.. results[(kind, name)].Zip(results[(kind, Direct)], (one, direct) => value(one) - value(direct))];
        }
    }

    private static double Median(List<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
    }

    /// <summary>A run's latencies, in milliseconds.</summary>
    private sealed record Times(double P50, double P99, double First)
    {
        public static Times Of(List<(double First, double Whole)> run)
        {
            var whole = run.ConvertAll(call => call.Whole).Order().ToArray();
            return new Times(whole[whole.Length / 2], whole[whole.Length * 99 / 100], Median(run.ConvertAll(call => call.First)));
        }
    }
}
