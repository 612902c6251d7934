using System.Globalization;

namespace Presence.Bench;

/// <summary>All rounds, as medians and as ratios to Go.</summary>
internal sealed class Results
{
    /// <summary>The name of the candidate that the others are compared with.</summary>
    internal const string Reference = "Go";

    private readonly Dictionary<(string Call, int Online, string Name), List<Measurement>> _runs = [];

    internal void Add(string call, int online, string name, Measurement run)
    {
        if (!_runs.TryGetValue((call, online, name), out var runs))
        {
            _runs[(call, online, name)] = runs = [];
        }

        runs.Add(run);
    }

    internal void Write(TextWriter output)
    {
        output.WriteLine("| call | online | server | calls/s (least to most) | of Go | CPU µs a call |");
        output.WriteLine("|---|---|---|---|---|---|");
        foreach (var ((call, online, name), runs) in _runs.OrderBy(run => run.Key.Call, StringComparer.Ordinal).ThenBy(run => run.Key.Online))
        {
            var rates = runs.ConvertAll(run => run.PerSecond);
            var reference = Median(_runs[(call, online, Reference)].ConvertAll(run => run.PerSecond));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {call} | {online} | {name} | {Median(rates):N0} ({rates.Min():N0} to {rates.Max():N0}) | {Median(rates) / reference:N2} | {Median(runs.ConvertAll(run => run.Microseconds)):N1} |"));
        }
    }

    internal static double Median(List<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
    }
}
