using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The commands of every resource with a process.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops it.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stops and starts it.</summary>
    public static readonly string RestartCommand = "restart";
}

/// <summary>The result of a command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it succeeded.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it was cancelled.</summary>
    public bool Canceled { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; init; }
}

/// <summary>Makes results of commands.</summary>
public static class CommandResults
{
    /// <summary>It succeeded.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It failed.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    /// <summary>It was cancelled.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}

/// <summary>What a command of the app host's own works on.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The app host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The resource's id: its name, or what tells its replicas apart.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Cancelled when the caller no longer waits.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Writes to the resource's log.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>How the dashboard shows a command.</summary>
public class CommandOptions
{
    /// <summary>What the command does.</summary>
    public string? Description { get; set; }

    /// <summary>What a person is asked before it is carried out.</summary>
    public string? ConfirmationMessage { get; set; }
}

/// <summary>Gives commands to resources.</summary>
public class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly IServiceProvider _serviceProvider;

    internal ResourceCommandService(ResourceNotificationService notifications, IServiceProvider serviceProvider)
    {
        _notifications = notifications;
        _serviceProvider = serviceProvider;
    }

    /// <summary>Gives a command to all replicas of a resource, and waits until that is done.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        IReadOnlyList<string> ids = resource.TryGetLastAnnotation<Orchestration.InstancesAnnotation>(out var instances) ? instances.Ids : [resource.Name];
        var results = await Task.WhenAll(ids.Select(id => ExecuteAsync(id, commandName, cancellationToken)));
        return results.FirstOrDefault(r => !r.Success) ?? CommandResults.Success();
    }

    /// <summary>Gives a command to a resource by its id, or by its name if it has one replica, and waits until that is done.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _notifications.TryGetCurrentState(resourceId, out var known)
            ? ExecuteAsync(known.ResourceId, commandName, cancellationToken)
            : Task.FromResult(CommandResults.Failure($"There is no resource '{resourceId}'."));

    private async Task<ExecuteCommandResult> ExecuteAsync(string id, string commandName, CancellationToken cancellationToken)
    {
        var orchestrator = _serviceProvider.GetRequiredService<Orchestration.Orchestrator>();
        try
        {
            return _notifications.TryGetCurrentState(id, out var known)
                && known.Resource.Annotations.OfType<ResourceCommandAnnotation>().LastOrDefault(c => c.Name == commandName) is { } command
                    ? await command.ExecuteCommand(new ExecuteCommandContext
                    {
                        ServiceProvider = _serviceProvider,
                        ResourceName = id,
                        CancellationToken = cancellationToken,
                        Logger = _serviceProvider.GetRequiredService<ResourceLoggerService>().GetLogger(known.Resource),
                    })
                    : await orchestrator.ExecuteCommandAsync(id, commandName, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return CommandResults.Canceled();
        }
    }
}
