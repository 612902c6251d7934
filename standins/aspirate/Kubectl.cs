using System.ComponentModel;
using System.Diagnostics;

namespace Aspirate;

/// <summary>Runs <c>kubectl</c>.</summary>
/// <param name="context">The cluster, as kubectl's configuration names it; <see langword="null"/> for the current one.</param>
internal sealed class Kubectl(string? context)
{
    /// <summary>Runs a command.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="AspirateException">There is no kubectl, or it failed.</exception>
    public async Task<string> RunAsync(IEnumerable<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("kubectl", context is null ? arguments : [.. arguments, "--context", context])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new AspirateException("kubectl is missing: https://kubernetes.io/docs/tasks/tools/", exception);
        }

        using (process)
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? await output
                : throw new AspirateException($"kubectl {start.ArgumentList[0]} failed: {(await errors).Trim().Split('\n')[^1]}");
        }
    }
}
