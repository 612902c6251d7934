using k8s.Models;

namespace Godzilla.Tests.Deployment.Cluster;

/// <summary>What runs in the place of an image: a built service, the machine's redis-server, the repository's document server.</summary>
internal static class Image
{
    /// <returns>The folder with its files, the command, and what that reads: null for a service, which has its settings beside it.</returns>
    public static (string Folder, string[] Command, string? Input) Of(V1Container container, IReadOnlyDictionary<string, string> environment)
    {
        if (container.Image.Contains("/redis:", StringComparison.Ordinal))
        {
            return ("/usr/bin", [.. container.Command, .. container.Args], "");
        }

        if (container.Image.Contains("/mongo:", StringComparison.Ordinal))
        {
            return (
                FolderOf("standins/mongod"),
                ["dotnet", "/srv/mongod.dll", "--dbpath", "/mnt/data", "--port", $"{container.Ports.Single().ContainerPort}", "--auth-user", environment["MONGO_INITDB_ROOT_USERNAME"]],
                environment["MONGO_INITDB_ROOT_PASSWORD"] + "\n");
        }

        var name = container.Image.Split('/')[^1].Split(':')[0];
        var project = $"Godzilla.{char.ToUpperInvariant(name[0])}{name[1..]}";
        return (FolderOf(project), ["dotnet", $"/srv/{project}.dll", .. container.Args ?? []], null);
    }

    private static string FolderOf(string project) => Path.GetDirectoryName(Repository.AssemblyOf(project))!;
}
