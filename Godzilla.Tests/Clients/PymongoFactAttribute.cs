using System.Diagnostics;

namespace Godzilla.Tests.Clients;

/// <summary>A test that is skipped, with the reason, where Debian's <c>python3-pymongo</c> is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PymongoFactAttribute : FactAttribute
{
    // Debian's own: another python3 that comes first on PATH does not see Debian's packages.
    internal const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> IsInstalled = new(() =>
    {
        if (!File.Exists(Python))
        {
            return false;
        }

        using var python = Process.Start(new ProcessStartInfo(Python, ["-c", "import pymongo"]) { RedirectStandardError = true })!;
        python.StandardError.ReadToEnd();
        python.WaitForExit();
        return python.ExitCode == 0;
    });

    /// <summary>Looks for pymongo.</summary>
    public PymongoFactAttribute()
    {
        if (!IsInstalled.Value)
        {
            Skip = "pymongo is not installed; on Debian it is the package python3-pymongo";
        }
    }
}
