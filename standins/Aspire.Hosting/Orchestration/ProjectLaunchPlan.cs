using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>How a built project is started: by the runtime that runs the app host, without asking MSBuild.</summary>
internal static class ProjectLaunchPlan
{
    public static Launch Create(ProjectResource project, AppHostInfo appHost, IReadOnlyList<string> arguments)
    {
        var metadata = ProjectLaunch.MetadataOf(project);
        var projectPath = Path.GetFullPath(metadata.ProjectPath);
        var directory = Path.GetDirectoryName(projectPath)!;
        var assembly = appHost.OutputOf(projectPath) ?? FindOutput(projectPath, directory, appHost.BuildConfiguration);
        if (assembly is null || !File.Exists(assembly))
        {
            throw new DistributedApplicationException($"it has not been built: there is no {assembly ?? Path.Combine(directory, "bin")} (dotnet build '{projectPath}')");
        }

        var profileArguments = ProjectLaunch.ProfileOf(project, metadata)?.Profile.CommandLineArgs;
        IEnumerable<string> all = arguments.Count > 0 || string.IsNullOrWhiteSpace(profileArguments)
            ? arguments
            : profileArguments.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new Launch(DotnetHost(), ["exec", assembly, .. all], directory);
    }

    public static string DotnetHost()
    {
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            return Environment.ProcessPath!;
        }

        // The shared framework lies in <root>/shared/<name>/<version>/, the host in <root>.
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        var host = Path.Combine(root, "dotnet");
        return File.Exists(host) ? host : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    }

    // A project that was added by its path: the newest build in the app host's configuration.
    private static string? FindOutput(string projectPath, string directory, string configuration)
    {
        var bin = Path.Combine(directory, "bin", configuration);
        var name = Path.GetFileNameWithoutExtension(projectPath);
        return !Directory.Exists(bin)
            ? null
            : Directory.EnumerateFiles(bin, $"{name}.runtimeconfig.json", SearchOption.AllDirectories)
                .Select(f => Path.Combine(Path.GetDirectoryName(f)!, $"{name}.dll"))
                .Where(File.Exists)
                .MaxBy(File.GetLastWriteTimeUtc);
    }
}
