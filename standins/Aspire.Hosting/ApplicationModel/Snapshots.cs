using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known of a resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    private readonly ImmutableArray<HealthReportSnapshot> _healthReports = [];
    private readonly ResourceStateSnapshot? _state;

    /// <summary>The kind of resource.</summary>
    public required string ResourceType { get; init; }

    /// <summary>What else is known, by name: <c>executable.pid</c>, <c>executable.path</c> and so on.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>When it was created.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When it started last.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When it ended last.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Its state; the words are in <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State
    {
        get => _state;
        init
        {
            _state = value;
            HealthStatus = HealthOf(value?.Text, _healthReports);
        }
    }

    /// <summary>The exit code, after it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How it is while it runs: the worst of <see cref="HealthReports"/>, healthy if there is none.</summary>
    public HealthStatus? HealthStatus { get; private set; }

    /// <summary>What each health check said last.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports
    {
        get => _healthReports;
        internal init
        {
            _healthReports = value;
            HealthStatus = HealthOf(_state?.Text, value);
        }
    }

    /// <summary>The environment variables that it was started with.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Its URLs.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>Its relations to others.</summary>
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    /// <summary>Whether it is kept out of sight.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Whether everything that was to happen once the resource is healthy has happened.</summary>
    internal bool IsReady { get; init; }

    /// <summary>Why the resource is in its state, in a few words.</summary>
    internal string? Reason { get; init; }

    private static HealthStatus? HealthOf(string? state, ImmutableArray<HealthReportSnapshot> reports)
    {
        if (state != KnownResourceStates.Running)
        {
            return null;
        }

        if (reports.IsEmpty)
        {
            return Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy;
        }

        // A check that has not answered yet counts as a bad answer.
        return reports.Min(r => r.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);
    }
}

/// <summary>A property of a resource.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether the value must not be shown.</summary>
    public bool IsSensitive { get; init; }
}

/// <summary>A state of a resource.</summary>
/// <param name="Text">The word for it.</param>
/// <param name="Style">How it is shown.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>Takes the word for the state.</summary>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

/// <summary>An environment variable of a resource.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsFromSpec">Whether the app host set it; if not, it was inherited.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>A relation to another resource.</summary>
/// <param name="ResourceName">The other's name.</param>
/// <param name="Type">The kind of relation.</param>
public sealed record RelationshipSnapshot(string ResourceName, string Type);

/// <summary>A URL of a resource.</summary>
/// <param name="Name">The endpoint's name, if it belongs to one.</param>
/// <param name="Url">The URL.</param>
/// <param name="IsInternal">Whether it is of no use to people.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>Whether nothing listens there yet.</summary>
    public bool IsInactive { get; init; }

    /// <summary>How it is shown.</summary>
    public UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();
}

/// <summary>How a URL is shown.</summary>
/// <param name="DisplayName">What is shown in its place.</param>
/// <param name="SortOrder">The greater, the earlier it is shown.</param>
public sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

/// <summary>What a health check said.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Status">Its verdict; none before it has answered.</param>
/// <param name="Description">Its words.</param>
/// <param name="ExceptionText">The exception that it ended with.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    /// <summary>When it was asked last.</summary>
    public DateTime? LastRunAt { get; init; }
}

/// <summary>The words for states.</summary>
public static class KnownResourceStates
{
    /// <summary>On its way.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>It runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>It could not start, or what it waited for cannot come.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>What should run it does not work.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>It is being stopped.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>It ended.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>It ended by itself, with exit code 0.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It waits for others.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>It starts on command only.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>A parameter that nobody gave a value.</summary>
    public static readonly string ValueMissing = nameof(ValueMissing);

    /// <summary>It has no process, and is there.</summary>
    public static readonly string Active = nameof(Active);

    /// <summary>The states of something that no longer runs.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>How states are shown.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>Good.</summary>
    public static readonly string Success = "success";

    /// <summary>Bad.</summary>
    public static readonly string Error = "error";

    /// <summary>Worth knowing.</summary>
    public static readonly string Info = "info";

    /// <summary>Worth a look.</summary>
    public static readonly string Warn = "warning";
}

/// <summary>The names of properties that any resource may have.</summary>
public static class CustomResourceKnownProperties
{
    /// <summary>Where it comes from: a project file, a command, a configuration key.</summary>
    public static string Source { get; } = "resource.source";

    /// <summary>Its connection string.</summary>
    public static string ConnectionString { get; } = "resource.connectionString";
}

/// <summary>The names of the properties of processes.</summary>
internal static class KnownProperties
{
    public const string ExecutablePath = "executable.path";
    public const string ExecutablePid = "executable.pid";
    public const string ExecutableWorkDir = "executable.workDir";
    public const string ExecutableArgs = "executable.args";
    public const string ProjectPath = "project.path";
    public const string ProjectLaunchProfile = "project.launchProfile";
    public const string ExitCode = "resource.exitCode";
}
