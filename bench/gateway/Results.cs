using System.Globalization;

namespace Gateway.Bench;

/// <summary>All rounds, as medians and as ratios to nginx with the original's session check.</summary>
internal sealed class Results
{
    /// <summary>The name of the candidate that the others are compared with.</summary>
    internal const string Reference = "nginx-sessions";

    private readonly Dictionary<string, List<(Measurement? Full, Measurement? Light, Measurement? Refused, long Bytes)>> _rounds = new(StringComparer.Ordinal);

    internal void Add(Candidate candidate, Measurement? full, Measurement? light, Measurement? refused, long bytes)
    {
        if (!_rounds.TryGetValue(candidate.Name, out var rounds))
        {
            _rounds[candidate.Name] = rounds = [];
        }

        rounds.Add((full, light, refused, bytes));
    }

    internal void Write(TextWriter output)
    {
        output.WriteLine("| gateway | requests/s (least to most) | of nginx | CPU µs a request | cost: nginx / it | p50, p99 ms at 16 | 401/s | of nginx | RSS MiB |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (name, rounds) in _rounds)
        {
            var rates = rounds.ConvertAll(round => Of(round.Full).PerSecond);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Median(rates):N0} ({rates.Min():N0} to {rates.Max():N0}) | {Ratio(name, round => Of(round.Full).PerSecond):N2} | {Median(rounds.Select(round => Of(round.Full).Microseconds)):N1} | {1 / Ratio(name, round => Of(round.Full).Cost):N2} | {Median(rounds.Select(round => Of(round.Light).P50)):N2}, {Median(rounds.Select(round => Of(round.Light).P99)):N1} | {Median(rounds.Select(round => Of(round.Refused).PerSecond)):N0} | {Ratio(name, round => Of(round.Refused).PerSecond):N2} | {Median(rounds.Select(round => round.Bytes / 1048576.0)):N0} |"));
        }
    }

    private static Measurement Of(Measurement? measured) => measured ?? Measurement.None;

    private double Ratio(string name, Func<(Measurement? Full, Measurement? Light, Measurement? Refused, long Bytes), double> value) =>
        _rounds.TryGetValue(Reference, out var reference) ? Median(_rounds[name].Select(value)) / Median(reference.Select(value)) : double.NaN;

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
    }
}
