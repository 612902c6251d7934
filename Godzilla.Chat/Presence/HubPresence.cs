using Godzilla.Chat.SignalR;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Presence;

/// <summary>Tells the hub's connections who is online: everybody once, and then who comes and goes.</summary>
internal sealed class HubPresence
{
    // No discussion has such an id.
    private const string Greeted = "#presence";

    private readonly IHubContext<ChatHub, IChatClient> _hub;
    private readonly ILogger<HubPresence> _logger;

    public HubPresence(PresenceWatch watch, IHubContext<ChatHub, IChatClient> hub, ILogger<HubPresence> logger)
    {
        (_hub, _logger) = (hub, logger);
        watch.OnChanged(change => _hub.Clients.Group(Greeted).PresenceChanged(change).FireAndForget(_logger));
    }

    /// <summary>Sends a connection the whole list; from now on it gets the changes.</summary>
    public void Greet(string connectionId, IReadOnlyList<string> online)
    {
        _hub.Groups.AddToGroupAsync(connectionId, Greeted).FireAndForget(_logger);
        _hub.Clients.Client(connectionId).Presence(new PresenceList(online)).FireAndForget(_logger);
    }
}
