using Godzilla.Chat.Messages;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.SignalR;

/// <summary>The events that <c>/hubs/chat</c> sends; each has one argument, an object with snake_case fields.</summary>
public interface IChatClient
{
    /// <summary>Sent once to each new connection, which misses no event from now on.</summary>
    /// <param name="welcome">The connection's user.</param>
    [HubMethodName("welcome")]
    Task Welcome(Welcome welcome);

    /// <summary>A message was stored in one of the user's discussions; the sender gets it too.</summary>
    /// <param name="message">The message.</param>
    [HubMethodName("message")]
    Task Message(MessageView message);

    /// <summary>The list of online users has changed.</summary>
    /// <param name="presence">Everybody who is online.</param>
    [HubMethodName("presence")]
    Task Presence(PresenceList presence);

    /// <summary>A user started or stopped typing in one of the connection's discussions.</summary>
    /// <param name="typing">Everybody who is typing there.</param>
    [HubMethodName("typing")]
    Task Typing(TypingList typing);
}
