namespace Mongod.Tests.Clients;

/// <summary>The npm packages, installed once into the tests' output folder by their lock file, and scripts that use them.</summary>
internal static class NodePackages
{
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    internal static string Folder => Path.Combine(AppContext.BaseDirectory, "Clients");

    /// <summary>Runs a script with Node.js.</summary>
    /// <returns>Its standard output.</returns>
    internal static async Task<string> RunAsync(string script, string input, params string[] arguments)
    {
        await Installed.Value;
        return await Programs.RunAsync("node", [Path.Combine(Folder, script), .. arguments], input, Folder);
    }

    private static async Task InstallAsync()
    {
        var lockFile = await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json"));
        var stamp = Path.Combine(Folder, "node_modules", ".installed");
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == lockFile)
        {
            return;
        }

        await Programs.RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], "", Folder);
        await File.WriteAllTextAsync(stamp, lockFile);
    }
}
