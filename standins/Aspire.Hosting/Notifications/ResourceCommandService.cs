using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The commands that every resource with a process understands.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops it.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stops and starts it.</summary>
    public static readonly string RestartCommand = "restart";
}

/// <summary>What came of a command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it succeeded.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it was given up.</summary>
    public bool Canceled { get; init; }

    /// <summary>What there is to say about it; why it failed.</summary>
    public string? Message { get; init; }
}

/// <summary>Makes results of commands.</summary>
public static class CommandResults
{
    /// <summary>It succeeded.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It failed.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    /// <summary>It failed.</summary>
    public static ExecuteCommandResult Failure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Failure(exception.Message);
    }

    /// <summary>It was given up.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
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

    /// <summary>Gives a command to all replicas of a resource, and waits until it is carried out.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        IReadOnlyList<string> ids = resource.TryGetLastAnnotation<Orchestration.InstancesAnnotation>(out var instances) ? instances.Ids : [resource.Name];
        var results = await Task.WhenAll(ids.Select(id => ExecuteAsync(id, commandName, cancellationToken)));
        return results.FirstOrDefault(r => !r.Success) ?? CommandResults.Success();
    }

    /// <summary>Gives a command to a resource by its id, or by its name if it has one replica, and waits until it is carried out.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _notifications.TryGetCurrentState(resourceId, out var known)
            ? ExecuteAsync(known.ResourceId, commandName, cancellationToken)
            : Task.FromResult(CommandResults.Failure($"There is no resource '{resourceId}'."));

    private async Task<ExecuteCommandResult> ExecuteAsync(string id, string commandName, CancellationToken cancellationToken)
    {
        var orchestrator = _serviceProvider.GetRequiredService<Orchestration.Orchestrator>();
        try
        {
            return await orchestrator.ExecuteCommandAsync(id, commandName, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return CommandResults.Canceled();
        }
    }
}
