namespace Godzilla.Tests.Clients;

/// <summary>The npm packages of the lock file, restored into the git-ignored output folder when they are not there yet.</summary>
internal static class NodePackages
{
    private static readonly Lazy<Task> Restored = new(RestoreAsync);

    public static Task RestoreOnceAsync() => Restored.Value;

    private static async Task RestoreAsync()
    {
        var restored = Path.Combine(ClientProcess.Folder, "node_modules", ".package-lock.json");
        var wanted = Path.Combine(ClientProcess.Folder, "package-lock.json");
        if (File.Exists(restored) && File.GetLastWriteTimeUtc(restored) >= File.GetLastWriteTimeUtc(wanted))
        {
            return;
        }

        using var npm = ClientProcess.Start("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"]);
        await npm.OutputAsync(TimeSpan.FromMinutes(3));
    }
}
