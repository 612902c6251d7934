using System.Globalization;

namespace Mongod.Bench;

/// <summary>The results of all rounds.</summary>
internal sealed class Table(IReadOnlyList<Workload> workloads)
{
    private readonly Dictionary<Workload, List<Measurement>> _results = workloads.ToDictionary(w => w, _ => new List<Measurement>());

    internal void Add(Workload workload, Measurement measurement) => _results[workload].Add(measurement);

    internal void Write(TextWriter output)
    {
        output.WriteLine("| what | callers | a second (median) | least to most | of the pings | server's CPU, µs each |");
        output.WriteLine("|---|---|---|---|---|---|");
        foreach (var (workload, results) in _results)
        {
            var ceiling = _results.Where(r => r.Key.Name == "ping" && r.Key.Callers <= workload.Callers).OrderBy(r => r.Key.Callers).Last().Value;
            var rates = results.ConvertAll(r => r.PerSecond);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {workload.Name} | {workload.Callers} | {Median(rates):N0} | {rates.Min():N0} to {rates.Max():N0} | {Median(rates) / Median(ceiling.Select(r => r.PerSecond)):P0} | {Median(results.Select(r => r.ProcessorMicroseconds)):N0} |"));
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var ordered ? ordered[ordered.Length / 2] : 0;
}
