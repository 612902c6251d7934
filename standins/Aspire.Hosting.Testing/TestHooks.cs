using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>What a test changes in an application: random ports, a data folder that is deleted with it, no console.</summary>
internal class TestHooks(Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? configureBuilder = null) : AppHostHooks
{
    private static readonly string[] HostPrefixes = ["DOTNET_", "ASPNETCORE_"];

    private string? _dataFolder;

    public override void OnConstructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        settings.Args = [.. settings.Args ?? [], .. args];
        options.Args = settings.Args;
        options.DisableDashboard = true;
        options.AssemblyName = settings.ApplicationName = appHost.GetName().Name;
        settings.Configuration ??= new ConfigurationManager();

        // Arguments and settings that are given override the test's defaults.
        var given = new ConfigurationManager();
        given.AddCommandLine(settings.Args);
        given.AddConfiguration(settings.Configuration);
        settings.Configuration.AddInMemoryCollection(Defaults(given));
        configureBuilder?.Invoke(options, settings);
    }

    public override void OnBuilding(DistributedApplicationBuilder builder)
    {
    }

    public override void OnBuilt(DistributedApplication application)
    {
    }

    public override Task OnStartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task OnRunningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void OnStarted()
    {
    }

    public override void OnDisposed() => DeleteDataFolder();

    protected void DeleteDataFolder()
    {
        if (Interlocked.Exchange(ref _dataFolder, null) is not { } folder)
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The test has deleted it.
        }
    }

    private Dictionary<string, string?> Defaults(ConfigurationManager given)
    {
        var defaults = new Dictionary<string, string?>();
        Add("DcpPublisher:RandomizePorts", "true");
        if (given["Aspire:Store:Path"] is null)
        {
            _dataFolder = Directory.CreateTempSubdirectory("aspire-test-").FullName;
            Add("Aspire:Store:Path", _dataFolder);
        }

        var (profileName, profile) = LaunchProfileOf(given);
        if (profile is not null)
        {
            Add("DOTNET_LAUNCH_PROFILE", profileName);
            Add("ASPNETCORE_URLS", profile.ApplicationUrl);
            foreach (var (name, value) in profile.EnvironmentVariables ?? [])
            {
                Add(name, value);

                // What the host would read from the environment: DOTNET_ENVIRONMENT is configuration "environment".
                foreach (var prefix in HostPrefixes.Where(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
                {
                    Add(name[prefix.Length..], value);
                }
            }
        }

        return defaults;

        void Add(string key, string? value)
        {
            if (given[key] is null)
            {
                defaults.TryAdd(key, value);
            }
        }
    }

    private (string? Name, LaunchProfile? Profile) LaunchProfileOf(ConfigurationManager given)
    {
        var directory = appHost.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(m => string.Equals(m.Key, "apphostprojectpath", StringComparison.OrdinalIgnoreCase))?.Value;
        if (directory is null || LaunchSettings.ReadProfiles(directory) is not { Count: > 0 } profiles)
        {
            return default;
        }

        if (given["DOTNET_LAUNCH_PROFILE"] is not { Length: > 0 } wanted)
        {
            var first = profiles.First();
            return (first.Key, first.Value);
        }

        return profiles.TryGetValue(wanted, out var profile)
            ? (wanted, profile)
            : throw new InvalidOperationException($"The app host has no launch profile '{wanted}'.");
    }
}
