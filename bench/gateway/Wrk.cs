using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Gateway.Bench;

/// <summary>Runs the load generator, and says how much processor time it took itself.</summary>
internal static partial class Wrk
{
    internal static async Task<(string Output, TimeSpan ProcessorTime)> RunAsync(Uri uri, int connections, TimeSpan duration, string? script)
    {
        string[] arguments =
        [
            "-t1", string.Create(CultureInfo.InvariantCulture, $"-c{connections}"), string.Create(CultureInfo.InvariantCulture, $"-d{Math.Max(1, (int)duration.TotalSeconds)}s"),
            "--latency", "--timeout", "5s", .. script is null ? Array.Empty<string>() : ["-s", script], uri.ToString(),
        ];
        using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        var reading = process.StandardOutput.ReadToEndAsync();
        var used = TimeSpan.Zero;
        while (!process.HasExited)
        {
            // An ended process no longer says what it used.
            try
            {
                process.Refresh();
                used = process.TotalProcessorTime;
            }
            catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                break;
            }

            await Task.Delay(50);
        }

        return (await reading, used);
    }

    internal static double PerSecond(string output) => double.Parse(RatePattern().Match(output).Groups["value"].Value, CultureInfo.InvariantCulture);

    internal static int Refused(string output) =>
        RefusedPattern().Match(output) is { Success: true } match ? int.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture) : 0;

    internal static int Total(string output) => int.Parse(TotalPattern().Match(output).Groups["value"].Value, CultureInfo.InvariantCulture);

    /// <summary>A percentile of the latency, in milliseconds.</summary>
    internal static double Percentile(string output, int percent)
    {
        var match = Regex.Match(
            output, string.Create(CultureInfo.InvariantCulture, $@"\s{percent}%\s+(?<value>[\d.]+)(?<unit>us|ms|s)"), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<value>[\d.]+)", RegexOptions.CultureInvariant)]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<value>\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex RefusedPattern();

    [GeneratedRegex(@"(?<value>\d+) requests in", RegexOptions.CultureInvariant)]
    private static partial Regex TotalPattern();
}
