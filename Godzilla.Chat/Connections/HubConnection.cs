using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Connections;

/// <summary>A connection to the SignalR hub.</summary>
internal sealed class HubConnection(HubCallerContext context) : IClientConnection
{
    public string Id => context.ConnectionId;

    public string User => context.User!.Username();

    public string SessionId => context.User!.SessionId();

    public string Gateway => context.GetHttpContext()?.Caller().Gateway ?? "";

    public CancellationToken Closed => context.ConnectionAborted;

    public Task CloseAsync(CloseReason reason, CancellationToken cancellationToken) =>
        (context.GetHttpContext()?.Features.Get<IHttpWebSocketFeature>() as ClosableWebSocketFeature)?.Socket?.CloseAsync(reason, cancellationToken)
        ?? Task.CompletedTask;

    public void Abort() => context.Abort();
}
