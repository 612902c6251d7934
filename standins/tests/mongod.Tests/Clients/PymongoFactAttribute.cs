using System.Diagnostics;

namespace Mongod.Tests.Clients;

/// <summary>A test that needs pymongo: Debian's package python3-pymongo.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PymongoFactAttribute : FactAttribute
{
    internal const string Python = "/usr/bin/python3";

    private static readonly string? Reason = IsThere() ? null : "pymongo is not installed (on Debian: python3-pymongo)";

    public PymongoFactAttribute() => Skip = Reason;

    private static bool IsThere()
    {
        if (!File.Exists(Python))
        {
            return false;
        }

        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import pymongo"]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
