using System.Globalization;

namespace Chat.Bench;

/// <summary>All rounds, as medians. A ratio is the median of the rounds' own ratios.</summary>
internal sealed class Results
{
    /// <summary>Each sender has a room.</summary>
    internal const string RoomEach = "a discussion each";

    /// <summary>The document server without Chat.</summary>
    internal const string Store = "the store alone";

    private const double MiB = 1024 * 1024;

    private readonly Dictionary<(int Size, string Load, string Name), List<Measurement>> _runs = [];
    private readonly Dictionary<(int Size, string Name), (long Start, long Idle, long Loaded)> _memory = [];
    private readonly Dictionary<(int Senders, string Where), List<double>> _sends = [];

    internal void Add(int size, string load, string name, Measurement run) => Add(_runs, (size, load, name), run);

    internal void AddMemory(int size, string name, long start, long idle) => _memory[(size, name)] = (start, idle, 0);

    internal void AddLoadedMemory(int size, string name, long loaded) => _memory[(size, name)] = _memory[(size, name)] with { Loaded = loaded };

    internal void AddSends(int senders, string where, double perSecond) => Add(_sends, (senders, where), perSecond);

    internal void Write(TextWriter output)
    {
        if (_runs.Count > 0)
        {
            output.WriteLine("| connections | load | server | deliveries/s (least to most) | of Fastify | p50, p99 ms | processors: server, with its stores, clients | server µs a delivery | of Fastify |");
            output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        }

        foreach (var ((size, load, name), runs) in _runs)
        {
            var rates = runs.ConvertAll(run => run.PerSecond);
            Line(output, $"| {size} | {load} | {name} | {Median(rates):N0} ({rates.Min():N0} to {rates.Max():N0}) | {Ratio(size, load, name, run => run.PerSecond):N2} | {Median(runs.ConvertAll(run => run.P50)):N1}, {Median(runs.ConvertAll(run => run.P99)):N1} | {Median(runs.ConvertAll(run => run.Server)):N2}, {Median(runs.ConvertAll(run => run.All)):N2}, {Median(runs.ConvertAll(run => run.Clients)):N2} | {Median(runs.ConvertAll(Cost)):N1} | {Ratio(size, load, name, Cost):N2} |");
        }

        if (_memory.Count > 0)
        {
            output.WriteLine("\n| connections | server | MiB at the start | connected | after load |\n|---|---|---|---|---|");
        }

        foreach (var ((size, name), (start, idle, loaded)) in _memory)
        {
            Line(output, $"| {size} | {name} | {start / MiB:N0} | {idle / MiB:N0} | {loaded / MiB:N0} |");
        }

        if (_sends.Count > 0)
        {
            output.WriteLine("\n| senders | where | acknowledged/s (least to most) | of the store alone | of a discussion each |\n|---|---|---|---|---|");
        }

        foreach (var ((senders, where), rates) in _sends.OrderBy(run => run.Key.Senders))
        {
            Line(output, $"| {senders} | {where} | {Median(rates):N0} ({rates.Min():N0} to {rates.Max():N0}) | {Ratio(rates, _sends[(senders, Store)]):N2} | {Ratio(rates, _sends[(senders, RoomEach)]):N2} |");
        }
    }

    private static double Cost(Measurement run) => run.Server * 1e6 / run.PerSecond;

    private static void Add<TKey, TValue>(Dictionary<TKey, List<TValue>> runs, TKey key, TValue run)
        where TKey : notnull
    {
        if (!runs.TryGetValue(key, out var list))
        {
            runs[key] = list = [];
        }

        list.Add(run);
    }

    private static void Line(TextWriter output, FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static double Ratio(List<double> rounds, List<double> reference) => Median([.. rounds.Zip(reference, (one, other) => one / other)]);

    private static double Median(List<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
    }

    private double Ratio(int size, string load, string name, Func<Measurement, double> value) =>
        _runs.TryGetValue((size, load, Candidate.Reference), out var reference)
            ? Ratio([.. _runs[(size, load, name)].Select(value)], [.. reference.Select(value)])
            : double.NaN;
}
