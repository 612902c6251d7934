using System.Globalization;
using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Google.Protobuf.WellKnownTypes;
using Health = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;
using Message = Aspire.DashboardService.Proto.V1.Resource;

namespace Aspire.Hosting.Dashboard;

/// <summary>A resource's state as the dashboard gets it.</summary>
internal static class ResourceMessages
{
    public static Message From(ResourceEvent change)
    {
        var (resource, snapshot) = (change.Resource, change.Snapshot);
        var message = new Message
        {
            Name = change.ResourceId,
            DisplayName = resource.Name,
            Uid = change.ResourceId,
            ResourceType = snapshot.ResourceType,
            IsHidden = resource is ParameterResource,
            Environment = { snapshot.EnvironmentVariables.Select(Variable) },
            Properties = { snapshot.Properties.Select(Property) },
            Urls = { snapshot.Urls.Select(Url) },
            HealthReports = { snapshot.HealthReports.Select(Report) },
            Commands = { Commands(resource, snapshot) },
            Relationships = { Relationships(resource) },
        };
        if (snapshot.State is { } state)
        {
            message.State = state.Text;
            message.StateStyle = state.Style ?? StyleOf(state.Text, snapshot.ExitCode);
        }

        if (snapshot.ExitCode is { } exitCode)
        {
            message.Properties.Add(new ResourceProperty { Name = "resource.exitCode", Value = Value.ForNumber(exitCode) });
        }

        if (snapshot.Reason is { } reason)
        {
            message.Properties.Add(new ResourceProperty { Name = "resource.reason", Value = Value.ForString(reason) });
        }

        message.CreatedAt = TimeOf(snapshot.CreationTimeStamp);
        message.StartedAt = TimeOf(snapshot.StartTimeStamp);
        message.StoppedAt = TimeOf(snapshot.StopTimeStamp);
        return message;
    }

    private static string StyleOf(string state, int? exitCode) =>
        state == KnownResourceStates.Running ? "success"
        : state == KnownResourceStates.FailedToStart || (exitCode is not (null or 0) && KnownResourceStates.TerminalStates.Contains(state)) ? "error"
        : "info";

    private static Timestamp? TimeOf(DateTime? time) => time is { } known ? Timestamp.FromDateTime(known.ToUniversalTime()) : null;

    private static EnvironmentVariable Variable(EnvironmentVariableSnapshot variable)
    {
        var message = new EnvironmentVariable { Name = variable.Name, IsFromSpec = variable.IsFromSpec };
        if (variable.Value is not null)
        {
            message.Value = variable.Value;
        }

        return message;
    }

    private static ResourceProperty Property(ResourcePropertySnapshot property) => new()
    {
        Name = property.Name,
        IsSensitive = property.IsSensitive,
        Value = ValueOf(property.Value),
    };

    private static Value ValueOf(object? value) => value switch
    {
        null => Value.ForNull(),
        string text => Value.ForString(text),
        int number => Value.ForNumber(number),
        IEnumerable<string> list => Value.ForList([.. list.Select(Value.ForString)]),
        _ => Value.ForString(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    private static Url Url(UrlSnapshot url)
    {
        var message = new Url { FullUrl = url.Url, IsInternal = url.IsInternal, IsInactive = url.IsInactive, DisplayProperties = new UrlDisplayProperties() };
        if (url.Name is not null)
        {
            message.EndpointName = url.Name;
        }

        return message;
    }

    private static HealthReport Report(HealthReportSnapshot report)
    {
        var message = new HealthReport { Key = report.Name, Description = report.Description ?? "", Exception = report.ExceptionText ?? "" };
        if (report.Status is { } status)
        {
            message.Status = status switch
            {
                Health.Healthy => HealthStatus.Healthy,
                Health.Degraded => HealthStatus.Degraded,
                _ => HealthStatus.Unhealthy,
            };
        }

        return message;
    }

    private static IEnumerable<ResourceCommand> Commands(IResource resource, CustomResourceSnapshot snapshot)
    {
        if (resource.HasAnnotationOfType<InstancesAnnotation>())
        {
            var state = snapshot.State?.Text;
            var isOver = KnownResourceStates.TerminalStates.Contains(state);
            yield return Command(KnownResourceCommands.StartCommand, "Start", isOver, isOver);
            yield return Command(KnownResourceCommands.StopCommand, "Stop", !isOver, state != KnownResourceStates.Stopping);
            yield return Command(KnownResourceCommands.RestartCommand, "Restart", !isOver, state == KnownResourceStates.Running);
        }

        foreach (var custom in resource.Annotations.OfType<ResourceCommandAnnotation>())
        {
            var command = Command(custom.Name, custom.DisplayName, isVisible: true, isEnabled: true);
            if (custom.Options?.Description is { } description)
            {
                command.DisplayDescription = description;
            }

            if (custom.Options?.ConfirmationMessage is { } confirmation)
            {
                command.ConfirmationMessage = confirmation;
            }

            yield return command;
        }
    }

    private static ResourceCommand Command(string name, string displayName, bool isVisible, bool isEnabled) => new()
    {
        Name = name,
        DisplayName = displayName,
        State = !isVisible ? ResourceCommandState.Hidden : isEnabled ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
    };

    private static IEnumerable<ResourceRelationship> Relationships(IResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(w => new ResourceRelationship { ResourceName = w.Resource.Name, Type = "WaitFor" })
            .Concat(resource is IResourceWithParent child ? [new ResourceRelationship { ResourceName = child.Parent.Name, Type = "Parent" }] : []);
}
