using System.Reflection;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

internal sealed record AppHostInfo(Assembly? Assembly, Lazy<DataFolder> DataFolder)
{
    private const string OutputPrefix = "aspireprojectoutput:";

    /// <summary>The application's name, as the dashboard shows it.</summary>
    public string Name => Assembly?.GetName().Name is { } name ? TrimEnd(name, ".AppHost") : "Application";

    /// <summary>The configuration (Debug, Release) that the app host was built in.</summary>
    public string BuildConfiguration => Assembly?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration is { Length: > 0 } name ? name : "Debug";

    /// <summary>The assembly that a referenced project was built into, as the app host's build noted it.</summary>
    public string? OutputOf(string projectPath) => Assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(m => m.Key == OutputPrefix + projectPath)?.Value;

    private static string TrimEnd(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;
}

/// <summary>The ids of a resource's replicas in this run.</summary>
internal sealed class InstancesAnnotation(IReadOnlyList<string> ids) : IResourceAnnotation
{
    private const int SuffixLength = 8;

    public IReadOnlyList<string> Ids { get; } = ids;

    public static string NewId(string resourceName) => $"{resourceName}-{ResourceNames.NewInstanceSuffix()}";

    public static string SuffixOf(string id) => id[^SuffixLength..];

    public static bool IsInstanceOf(string id, string resourceName) =>
        id.Length == resourceName.Length + 1 + SuffixLength && id.StartsWith($"{resourceName}-", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Placeholders in variables and arguments for values that differ between replicas.</summary>
internal static class InstanceTokens
{
    public const string Suffix = "{{instance-suffix}}";

    public static string TargetPort(string resource, string endpoint) => $"{{{{target-port:{resource}/{endpoint}}}}}";
}

/// <summary>A process to start.</summary>
/// <param name="Command">A path or a name on <c>PATH</c>.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="WorkingDirectory">The directory in which it runs.</param>
/// <param name="StandardInput">What it reads from its standard input, which ends after that.</param>
/// <param name="Source">What is shown as the program that runs, where that is not plain from the resource.</param>
internal sealed record Launch(string Command, IReadOnlyList<string> Arguments, string WorkingDirectory, string? StandardInput = null, string? Source = null);

internal sealed record LaunchContext(DataFolder DataFolder, Func<string, int> TargetPort, IReadOnlyList<string> Arguments, CancellationToken CancellationToken);

/// <summary>Says how a container resource runs as a plain process.</summary>
internal sealed record LocalProcessAnnotation(Func<LaunchContext, Task<Launch>> CreateLaunch) : IResourceAnnotation;
