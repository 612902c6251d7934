using System.Diagnostics;

namespace Bench;

/// <summary>The npm packages of a measurement's candidates, beside its program.</summary>
internal static class NodePackages
{
    internal static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "others");

    /// <summary>Installs them, once.</summary>
    internal static void Install()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            return;
        }

        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]) { WorkingDirectory = Folder })!;
        npm.WaitForExit();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException("npm ci failed.");
        }
    }
}
