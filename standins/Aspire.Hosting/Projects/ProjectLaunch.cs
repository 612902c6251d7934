using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Describes a project. The build generates one implementation for each project that an app host references.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>The project file.</summary>
    string ProjectPath { get; }
}

/// <summary>The launch profile of a project, and its endpoints in Kestrel's configuration.</summary>
internal static class ProjectLaunch
{
    public static IProjectMetadata MetadataOf(ProjectResource project) => project.Annotations.OfType<IProjectMetadata>().Single();

    public static string DirectoryOf(IProjectMetadata project) => Path.GetDirectoryName(Path.GetFullPath(project.ProjectPath))!;

    /// <summary>The profile in effect: the one with the name of the app host's own, or the first that runs the project.</summary>
    public static (string Name, LaunchProfile Profile)? ProfileOf(IResource resource, IProjectMetadata project)
    {
        var profiles = LaunchSettings.ReadProfiles(DirectoryOf(project));
        return resource.TryGetLastAnnotation<DefaultLaunchProfileAnnotation>(out var wanted) && profiles.TryGetValue(wanted.LaunchProfileName, out var ofThatName)
            ? (wanted.LaunchProfileName, ofThatName)
            : profiles.Where(p => p.Value.CommandName == "Project").Select(p => ((string, LaunchProfile)?)(p.Key, p.Value)).FirstOrDefault();
    }

    /// <summary>The project's own settings, which say what Kestrel listens on.</summary>
    public static IConfiguration SettingsOf(IProjectMetadata project)
    {
        var directory = DirectoryOf(project);
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT");
        return new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(directory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(directory, $"appsettings.{environment}.json"), optional: true)
            .Build();
    }

    /// <summary>The host to listen on. What runs here is not reached from elsewhere, so "everywhere" becomes loopback.</summary>
    public static string HostOf(BindingAddress address) =>
        address.Host is "*" or "+" or "0.0.0.0" or "[::]" || string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            ? "localhost"
            : address.Host;

    public static BindingAddress Parse(string url, IProjectMetadata project)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException exception)
        {
            throw new DistributedApplicationException($"'{url}', in the settings of the project '{project.ProjectPath}', is not a URL to listen on.", exception);
        }
    }
}
