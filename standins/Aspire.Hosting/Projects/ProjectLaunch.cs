using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>What the files beside a project say of its launch: its launch profile, and its endpoints in Kestrel's configuration.</summary>
internal static class ProjectLaunch
{
    public static string DirectoryOf(IProjectMetadata project) => Path.GetDirectoryName(Path.GetFullPath(project.ProjectPath))!;

    /// <summary>The launch profile in effect: the named one, the app host's own if the project has one of that name, or the first that runs the project.</summary>
    public static (string Name, LaunchProfile Profile)? ProfileOf(IResource resource, IProjectMetadata project)
    {
        if (resource.HasAnnotationOfType<ExcludeLaunchProfileAnnotation>())
        {
            return null;
        }

        var profiles = (project.LaunchSettings ?? LaunchSettings.Read(DirectoryOf(project)))?.Profiles ?? [];
        if (resource.TryGetLastAnnotation<LaunchProfileAnnotation>(out var named))
        {
            return profiles.TryGetValue(named.LaunchProfileName, out var profile)
                ? (named.LaunchProfileName, profile)
                : throw new DistributedApplicationException(
                    $"The project '{project.ProjectPath}' has no launch profile '{named.LaunchProfileName}'.");
        }

        if (resource.TryGetLastAnnotation<DefaultLaunchProfileAnnotation>(out var wanted)
            && profiles.TryGetValue(wanted.LaunchProfileName, out var ofThatName))
        {
            return (wanted.LaunchProfileName, ofThatName);
        }

        return profiles.Where(p => p.Value.CommandName == "Project").Select(p => ((string, LaunchProfile)?)(p.Key, p.Value)).FirstOrDefault();
    }

    /// <summary>The project's own settings, as far as they say what Kestrel listens on.</summary>
    public static IConfiguration SettingsOf(IProjectMetadata project)
    {
        var directory = DirectoryOf(project);
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT");
        return new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(directory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(directory, $"appsettings.{environment}.json"), optional: true)
            .Build();
    }

    /// <summary>The host to listen on. Nothing that runs here is reached from elsewhere, so an address that means "everywhere" becomes loopback.</summary>
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
