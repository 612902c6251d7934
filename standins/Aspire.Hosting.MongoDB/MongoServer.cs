using System.Globalization;
using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.MongoDB;

/// <summary>Keeps a server's data in a folder of the application's data folder.</summary>
internal sealed record MongoDataAnnotation(string Folder) : IResourceAnnotation;

/// <summary>
/// How a MongoDB server is started as a plain process, on the loopback only: the mongod on PATH, or else the document server of this
/// repository (standins/mongod). Each has a data folder of its own: neither reads the other's files.
/// </summary>
internal static class MongoServer
{
    private const string Executable = "mongod";

    // What the driver stand-in of earlier versions wrote, in a format that nothing reads any more.
    private const string FormerSuffix = ".sock";

    public static async Task<Launch> CreateLaunchAsync(MongoDBServerResource server, LaunchContext context)
    {
        RefuseFormerData(server, context.DataFolder);
        var real = CommandPath.Find(Executable);
        server.IsReal = real is not null;
        var folder = CreateFolder(server, context.DataFolder, real is null ? "standin" : Executable);
        string[] arguments =
        [
            "--dbpath", folder,
            "--port", context.TargetPort(MongoDBServerResource.EndpointName).ToString(CultureInfo.InvariantCulture),
            "--bind_ip", "127.0.0.1",
        ];
        if (real is not null)
        {
            // The user is made by the health check, over the localhost exception.
            return new Launch(real, [.. arguments, "--auth", .. context.Arguments], folder, Source: real);
        }

        var assembly = typeof(MongoServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == Executable).Value!;
        var user = await server.UserNameReference.GetValueAsync(context.CancellationToken);
        var password = await server.PasswordParameter!.GetValueAsync(context.CancellationToken);

        // The password goes through a pipe, so that the command line does not show it.
        return new Launch(
            ProjectLaunchPlan.DotnetHost(),
            ["exec", assembly, .. arguments, "--auth-user", user!, .. context.Arguments],
            folder,
            $"{password}\n",
            "stand-in");
    }

    private static string CreateFolder(MongoDBServerResource server, DataFolder data, string program)
    {
        if (server.Annotations.OfType<MongoDataAnnotation>().LastOrDefault() is { Folder: var volume })
        {
            data.CreateFolder(volume);
            return data.CreateFolder(Path.Combine(volume, program));
        }

        // Without a volume, data goes with the server, as a container's does.
        var folder = data.CreateFolder(server.Name);
        Directory.Delete(folder, recursive: true);
        return data.CreateFolder(server.Name);
    }

    private static void RefuseFormerData(MongoDBServerResource server, DataFolder data)
    {
        var former = Path.Combine(data.Path, $"{server.Name}{FormerSuffix}");
        if (Directory.Exists(former) && Directory.EnumerateFiles(former, "*.db").Any())
        {
            throw new DistributedApplicationException(
                $"'{former}' holds data of an earlier version, which this one cannot read; move that folder away to start without it, or run './godzilla clean' to delete all data");
        }
    }
}
