using System.Diagnostics;

namespace Godzilla.Tests.Clients;

/// <summary>The npm packages of the clients that are not ours, restored once into a git-ignored folder.</summary>
internal static class NodePackages
{
    private static readonly Lazy<Task<string>> Folder = new(RestoreAsync);

    /// <summary>Restores the packages if they are not there.</summary>
    /// <returns>The folder of the client scripts.</returns>
    public static Task<string> RestoredAsync() => Folder.Value;

    private static async Task<string> RestoreAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Clients");
        using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return npm.ExitCode == 0
            ? folder
            : throw new InvalidOperationException($"npm install failed: {await output} {await errors}");
    }
}
