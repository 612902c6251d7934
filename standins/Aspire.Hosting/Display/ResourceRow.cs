using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Display;

/// <summary>What the console shows of a resource, or of one of its replicas.</summary>
internal sealed record ResourceRow(string Id, string Name, string State, string Health, string Pid, string Url, string? Reason)
{
    public static ResourceRow? From(ResourceEvent change)
    {
        var (resource, snapshot) = (change.Resource, change.Snapshot);
        if (resource is ParameterResource || snapshot.State is not { } state)
        {
            return null;
        }

        var detail = state.Text == KnownResourceStates.Exited ? snapshot.ExitCode?.ToString(CultureInfo.InvariantCulture)
            : state.Text == KnownResourceStates.Running ? PropertyOf(snapshot, CustomResourceKnownProperties.Source) as string
            : null;
        var pid = state.Text == KnownResourceStates.Running || state.Text == KnownResourceStates.Stopping
            ? PropertyOf(snapshot, KnownProperties.ExecutablePid)
            : null;
        return new ResourceRow(
            change.ResourceId,
            resource.GetReplicaCount() > 1 ? change.ResourceId : resource.Name,
            detail is null ? state.Text : $"{state.Text} ({detail})",
            snapshot.HealthStatus?.ToString() ?? "",
            Convert.ToString(pid, CultureInfo.InvariantCulture) ?? "",
            string.Join(' ', snapshot.Urls.Where(u => !u.IsInternal && !u.IsInactive).Select(u => u.Url)),
            snapshot.Reason);
    }

    private static object? PropertyOf(CustomResourceSnapshot snapshot, string name) => snapshot.Properties.FirstOrDefault(p => p.Name == name)?.Value;
}
