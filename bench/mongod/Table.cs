using System.Globalization;

namespace Mongod.Bench;

/// <summary>The results of all rounds.</summary>
internal sealed class Table(IReadOnlyList<Workload> workloads)
{
    private readonly Dictionary<Workload, List<double>> _results = workloads.ToDictionary(w => w, _ => new List<double>());

    internal void Add(Workload workload, double perSecond) => _results[workload].Add(perSecond);

    internal void Write(TextWriter output)
    {
        output.WriteLine("| what | callers | a second (median) | least to most | of the pings |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var (workload, results) in _results)
        {
            var ceiling = _results.Where(r => r.Key.Name == "ping" && r.Key.Callers <= workload.Callers).OrderBy(r => r.Key.Callers).Last().Value;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {workload.Name} | {workload.Callers} | {Median(results):N0} | {results.Min():N0} to {results.Max():N0} | {Median(results) / Median(ceiling):P0} |"));
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
