using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Aspire.Dashboard.Configuration;
using Aspire.DashboardService.Proto.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Aspire.Dashboard.Resources;

/// <summary>What the app host tells about its resources. Connects, and connects again, by itself.</summary>
internal sealed partial class ResourceClient(DashboardOptions options, ILogger<ResourceClient> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ResourceModel> _resources = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lazy<GrpcChannel> _channel = new(() => GrpcChannel.ForAddress(options.ResourceServiceClient.Url!));

    /// <summary>Whether there is an app host. A dashboard may also run alone, for telemetry.</summary>
    public bool IsEnabled => !string.IsNullOrEmpty(options.ResourceServiceClient.Url);

    public bool IsConnected { get; private set; }

    public string ApplicationName { get; private set; } = "Aspire";

    /// <summary>Resources have changed.</summary>
    public Signal Changed { get; } = new();

    /// <summary>By name, replicas one after another.</summary>
    public IReadOnlyList<ResourceModel> Resources =>
        [.. _resources.Values.OrderBy(r => r.DisplayName, StringComparer.OrdinalIgnoreCase).ThenBy(r => r.Id, StringComparer.Ordinal)];

    private DashboardService.Proto.V1.DashboardService.DashboardServiceClient Service => new(_channel.Value);

    private Metadata Headers => options.ResourceServiceClient is { AuthMode: ResourceClientAuthMode.ApiKey, ApiKey: { } key } ? new() { { "x-resource-service-api-key", key } } : [];

    public ResourceModel? Find(string? id) => id is not null && _resources.TryGetValue(id, out var resource) ? resource : null;

    /// <summary>What a resource is called: its own name, and for one of several replicas its id.</summary>
    public string NameOf(ResourceModel resource) => _resources.Values.Count(r => r.DisplayName == resource.DisplayName) > 1 ? resource.Id : resource.DisplayName;

    /// <summary>Reads the log of a resource from its beginning, and goes on until cancelled.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ConsoleLogLine>> WatchLogAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new WatchResourceConsoleLogsRequest { ResourceName = id };
        using var call = Service.WatchResourceConsoleLogs(request, Headers, cancellationToken: cancellationToken);
        await foreach (var update in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            yield return update.LogLines;
        }
    }

    /// <summary>Gives a command to a resource, and waits until it is carried out.</summary>
    /// <returns>Null, or why it failed.</returns>
    public async Task<string?> ExecuteAsync(ResourceModel resource, ResourceCommand command)
    {
        try
        {
            var response = await Service.ExecuteResourceCommandAsync(
                new ResourceCommandRequest { CommandName = command.Name, ResourceName = resource.Id, ResourceType = resource.Type }, Headers);
            return response.Kind switch
            {
                ResourceCommandResponseKind.Succeeded => null,
                ResourceCommandResponseKind.Cancelled => "it was cancelled",
                _ => response.HasMessage ? response.Message : "it failed",
            };
        }
        catch (RpcException exception)
        {
            return exception.Status.Detail;
        }
    }

    public override void Dispose()
    {
        if (_channel.IsValueCreated)
        {
            _channel.Value.Dispose();
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (IsEnabled && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(() => pause = FirstPause, stoppingToken);
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException or IOException)
            {
                // Not while it starts: the app host listens a moment later.
                if (IsConnected && !stoppingToken.IsCancellationRequested)
                {
                    LogLost(logger, exception.Message);
                }
            }

            SetConnected(false);
            if (!stoppingToken.IsCancellationRequested)
            {
                await Task.WhenAny(Task.Delay(pause, stoppingToken));
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
    }

    private async Task WatchAsync(Action onConnected, CancellationToken cancellationToken)
    {
        var information = await Service.GetApplicationInformationAsync(new ApplicationInformationRequest(), Headers, cancellationToken: cancellationToken);
        ApplicationName = information.ApplicationName;
        using var call = Service.WatchResources(new WatchResourcesRequest(), Headers, cancellationToken: cancellationToken);
        await foreach (var update in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (update.KindCase == WatchResourcesUpdate.KindOneofCase.InitialData)
            {
                _resources.Clear();
                foreach (var resource in update.InitialData.Resources)
                {
                    _resources[resource.Name] = ResourceModel.From(resource);
                }

                onConnected();
                SetConnected(true);
            }
            else
            {
                foreach (var change in update.Changes.Value)
                {
                    if (change.KindCase == WatchResourcesChange.KindOneofCase.Upsert)
                    {
                        _resources[change.Upsert.Name] = ResourceModel.From(change.Upsert);
                    }
                    else
                    {
                        _resources.TryRemove(change.Delete.ResourceName, out _);
                    }
                }
            }

            Changed.Raise();
        }
    }

    private void SetConnected(bool isConnected)
    {
        IsConnected = isConnected;
        Changed.Raise();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The app host is lost: {Reason}")]
    private static partial void LogLost(ILogger logger, string reason);
}
