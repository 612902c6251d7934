using System.Diagnostics;
using Aspirate.Manifests;

namespace Aspirate.Commands;

/// <summary>Builds the projects' images, as the .NET SDK does.</summary>
internal static class ImageBuild
{
    public static async Task RunAsync(Manifest manifest, string folder, Images images, CancellationToken cancellationToken)
    {
        foreach (var (name, resource) in manifest.Resources.Where(r => r.Value.IsProject))
        {
            string[] arguments =
            [
                "publish", Path.GetFullPath(resource.Path!, folder), "-t:PublishContainer", "--configuration", "Release", "--nologo",
                $"-p:ContainerRepository={images.RepositoryOf(name)}", $"-p:ContainerImageTag={images.Tag}",
                .. images.Registry is { Length: > 0 } registry ? new[] { $"-p:ContainerRegistry={registry}" } : [],
            ];
            using var build = Process.Start(new ProcessStartInfo("dotnet", arguments))!;
            await build.WaitForExitAsync(cancellationToken);
            if (build.ExitCode != 0)
            {
                throw new AspirateException($"the image of '{name}' could not be built (dotnet {string.Join(' ', arguments)})");
            }
        }
    }
}
