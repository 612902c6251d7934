using Aspire.DashboardService.Proto.V1;
using Google.Protobuf.WellKnownTypes;

namespace Aspire.Dashboard.Resources;

/// <summary>A resource, or a replica of one, as the pages show it.</summary>
public sealed record ResourceModel(
    string Id,
    string DisplayName,
    string Type,
    string? State,
    string? StateStyle,
    HealthStatus? Health,
    DateTimeOffset? StartedAt,
    DateTimeOffset? StoppedAt,
    bool IsHidden,
    IReadOnlyList<EnvironmentVariable> Environment,
    IReadOnlyList<ResourcePropertyModel> Properties,
    IReadOnlyList<UrlModel> Urls,
    IReadOnlyList<HealthReport> HealthReports,
    IReadOnlyList<ResourceCommand> Commands,
    IReadOnlyList<ResourceRelationship> Relationships)
{
    private const string Running = "Running";

    public bool IsRunning => State == Running;

    public string? ExitCode => Property("resource.exitCode");

    /// <summary>Why it is in its state.</summary>
    public string? Reason => Property("resource.reason");

    /// <summary>The state in words: <c>Exited (137)</c>.</summary>
    public string StateText => State is null ? "Unknown" : ExitCode is { } code and not "0" ? $"{State} ({code})" : State;

    /// <summary>The state as a colour: <c>success</c>, <c>warning</c>, <c>error</c> or <c>info</c>.</summary>
    public string Tone => IsRunning && Health is HealthStatus.Unhealthy or HealthStatus.Degraded ? "warning" : StateStyle ?? "info";

    /// <summary>What runs: a project, a program, an image.</summary>
    public string? Source =>
        Property("project.path") is { } project ? Path.GetFileName(project)
        : Property("resource.source") ?? Property("container.image") ?? (Property("executable.path") is { } program ? Path.GetFileName(program) : null);

    public static ResourceModel From(Resource message) => new(
        message.Name,
        message.DisplayName,
        message.ResourceType,
        message.HasState ? message.State : null,
        message.HasStateStyle ? message.StateStyle : null,
        HealthOf(message),
        message.StartedAt?.ToDateTimeOffset(),
        message.StoppedAt?.ToDateTimeOffset(),
        message.IsHidden,
        [.. message.Environment.OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase)],
        [.. message.Properties.Select(p => new ResourcePropertyModel(p.Name, Text(p.Value), p.HasIsSensitive && p.IsSensitive))],
        [.. message.Urls.Where(u => !u.IsInactive && !u.IsInternal).Select(u => new UrlModel(u.DisplayProperties is { DisplayName.Length: > 0 } d ? d.DisplayName : u.FullUrl, u.FullUrl))],
        [.. message.HealthReports],
        [.. message.Commands.Where(c => c.State != ResourceCommandState.Hidden)],
        [.. message.Relationships]);

    public TimeSpan? Uptime(DateTimeOffset now) => IsRunning && StartedAt is { } start ? now - start : null;

    public string? Property(string name) => Properties.FirstOrDefault(p => p.Name == name)?.Value;

    private static HealthStatus? HealthOf(Resource message)
    {
        if (message.State != Running)
        {
            return null;
        }

        // A check without a result yet counts as unhealthy, as in the app host.
        var statuses = message.HealthReports.Select(r => r.HasStatus ? r.Status : HealthStatus.Unhealthy).ToHashSet();
        return statuses.Contains(HealthStatus.Unhealthy) ? HealthStatus.Unhealthy
            : statuses.Contains(HealthStatus.Degraded) ? HealthStatus.Degraded
            : HealthStatus.Healthy;
    }

    private static string? Text(Value? value) => value?.KindCase switch
    {
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.NumberValue => value.NumberValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Value.KindOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        Value.KindOneofCase.ListValue => string.Join(' ', value.ListValue.Values.Select(Text)),
        _ => null,
    };
}

public sealed record ResourcePropertyModel(string Name, string? Value, bool IsSensitive);

public sealed record UrlModel(string Text, string Url)
{
    /// <summary>Whether a browser can open it.</summary>
    public bool IsLink => Url.StartsWith("http://", StringComparison.Ordinal) || Url.StartsWith("https://", StringComparison.Ordinal);
}
