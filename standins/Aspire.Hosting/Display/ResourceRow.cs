using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.Display;

/// <summary>What the console shows of a resource, or of one of its replicas.</summary>
internal sealed record ResourceRow(string Id, string Name, string State, string Health, string Pid, string Url, string? Reason)
{
    public static ResourceRow? From(ResourceEvent change)
    {
        var (resource, snapshot) = (change.Resource, change.Snapshot);
        if (resource is ParameterResource || snapshot.IsHidden || snapshot.State is not { } state)
        {
            return null;
        }

        var stateText = state.Text;
        if (snapshot.ExitCode is { } exitCode && KnownResourceStates.TerminalStates.Contains(state.Text))
        {
            stateText += string.Create(CultureInfo.InvariantCulture, $" (exit code {exitCode})");
        }
        else if (IsEmbedded(resource) && state.Text == KnownResourceStates.Running)
        {
            stateText += " (embedded)";
        }

        var pid = state.Text == KnownResourceStates.Running || state.Text == KnownResourceStates.Stopping
            ? snapshot.Properties.FirstOrDefault(p => p.Name == KnownProperties.ExecutablePid)?.Value
            : null;
        return new ResourceRow(
            change.ResourceId,
            resource.GetReplicaCount() > 1 ? change.ResourceId : resource.Name,
            stateText,
            snapshot.HealthStatus?.ToString() ?? "",
            Convert.ToString(pid, CultureInfo.InvariantCulture) ?? "",
            string.Join(' ', snapshot.Urls.Where(u => !u.IsInternal && !u.IsInactive).Select(u => u.Url)),
            snapshot.Reason);
    }

    private static bool IsEmbedded(IResource resource) =>
        resource.HasAnnotationOfType<EmbeddedAnnotation>() || (resource is IResourceWithParent child && IsEmbedded(child.Parent));
}
