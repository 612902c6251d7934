using Godzilla.Chat.Discussions;
using Godzilla.Chat.SignalR;
using Godzilla.Chat.SocketIo;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Assistant;

/// <summary>Hands the assistant's events to the clients in a discussion, here and, by <see cref="AssistantBus"/>, at the other replicas.</summary>
internal sealed class AssistantRelay
{
    private readonly AssistantBus _bus;
    private readonly IHubContext<ChatHub, IChatClient> _hub;
    private readonly SocketIoRooms _socketIo;
    private readonly ILogger<AssistantRelay> _logger;

    public AssistantRelay(AssistantBus bus, IHubContext<ChatHub, IChatClient> hub, SocketIoRooms socketIo, ILogger<AssistantRelay> logger)
    {
        (_bus, _hub, _socketIo, _logger) = (bus, hub, socketIo, logger);
        bus.OnEvent = Deliver;
    }

    /// <summary>Tells everybody in the discussion.</summary>
    /// <returns>A task that ends when the other replicas were told, or cannot be.</returns>
    public Task SendAsync(AssistantEvent assistantEvent)
    {
        Deliver(assistantEvent);
        return _bus.PublishAsync(assistantEvent);
    }

    private void Deliver(AssistantEvent assistantEvent)
    {
        if (DiscussionId.TryParse(assistantEvent.DiscussionId, out var discussion))
        {
            _hub.Clients.Group(assistantEvent.DiscussionId).Assistant(assistantEvent).FireAndForget(_logger);
            _socketIo.Send(discussion, ServerEvents.Assistant, assistantEvent);
        }
    }
}
