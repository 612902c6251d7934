using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting.ApplicationModel;
using Grpc.Core;

namespace Aspire.Hosting.Dashboard;

/// <summary>Tells the dashboard about resources, and gives them its commands.</summary>
internal sealed class ResourceService(
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    ResourceCommandService commands,
    ResourceServiceOptions options) : DashboardService.Proto.V1.DashboardService.DashboardServiceBase
{
    // Keeps a message far below the 4 MB that a client takes.
    private const int LinesInMessage = 200;

    public override Task<ApplicationInformationResponse> GetApplicationInformation(ApplicationInformationRequest request, ServerCallContext context) =>
        Task.FromResult(new ApplicationInformationResponse { ApplicationName = options.ApplicationName });

    public override async Task WatchResources(WatchResourcesRequest request, IServerStreamWriter<WatchResourcesUpdate> responseStream, ServerCallContext context)
    {
        var initial = new InitialResourceData { Resources = { notifications.Current.Select(ResourceMessages.From) } };
        await responseStream.WriteAsync(new WatchResourcesUpdate { InitialData = initial }, context.CancellationToken);
        try
        {
            // It begins with the current states, so nothing between the two is missed.
            await foreach (var change in notifications.WatchAsync(context.CancellationToken))
            {
                var changes = new WatchResourcesChanges { Value = { new WatchResourcesChange { Upsert = ResourceMessages.From(change) } } };
                await responseStream.WriteAsync(new WatchResourcesUpdate { Changes = changes }, context.CancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Dashboard or application has ended.
        }
    }

    public override async Task WatchResourceConsoleLogs(
        WatchResourceConsoleLogsRequest request, IServerStreamWriter<WatchResourceConsoleLogsUpdate> responseStream, ServerCallContext context)
    {
        if (!notifications.TryGetCurrentState(request.ResourceName, out var known))
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"there is no resource '{request.ResourceName}'"));
        }

        var lines = request.SuppressFollow ? loggers.GetAllAsync(known.ResourceId) : loggers.WatchAsync(known.ResourceId);
        try
        {
            await foreach (var batch in lines.WithCancellation(context.CancellationToken))
            {
                foreach (var chunk in batch.Chunk(LinesInMessage))
                {
                    var update = new WatchResourceConsoleLogsUpdate
                    {
                        LogLines = { chunk.Select(l => new ConsoleLogLine { Text = l.Content, IsStdErr = l.IsErrorMessage, LineNumber = l.LineNumber }) },
                    };
                    await responseStream.WriteAsync(update, context.CancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more.
        }
    }

    public override async Task<ResourceCommandResponse> ExecuteResourceCommand(ResourceCommandRequest request, ServerCallContext context)
    {
        // Not with the call's token: a command that was given is carried out, also when the page is closed.
        var result = await commands.ExecuteCommandAsync(request.ResourceName, request.CommandName, CancellationToken.None);
        var response = new ResourceCommandResponse
        {
            Kind = result.Success ? ResourceCommandResponseKind.Succeeded
                : result.Canceled ? ResourceCommandResponseKind.Cancelled
                : ResourceCommandResponseKind.Failed,
        };
        if (result.Message is not null)
        {
            response.Message = result.Message;
        }

        return response;
    }
}
