using Godzilla.Chat.Messages;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Hubs;

/// <summary>The events that <c>/hubs/chat</c> sends; each has one argument, an object with snake_case fields.</summary>
public interface IChatClient
{
    /// <summary>Once, to the connection itself: from now on it misses nothing.</summary>
    /// <param name="welcome">Who one is here.</param>
    /// <returns>A task that ends when it is on its way.</returns>
    [HubMethodName("welcome")]
    Task Welcome(Welcome welcome);

    /// <summary>A message was stored in one of the user's discussions; the sender gets it too.</summary>
    /// <param name="message">The message.</param>
    /// <returns>A task that ends when it is on its way.</returns>
    [HubMethodName("message")]
    Task Message(MessageView message);

    /// <summary>Somebody came or went.</summary>
    /// <param name="presence">Everybody who is online.</param>
    /// <returns>A task that ends when it is on its way.</returns>
    [HubMethodName("presence")]
    Task Presence(PresenceList presence);

    /// <summary>Somebody in one of the user's discussions began or stopped typing.</summary>
    /// <param name="typing">Everybody who is typing there.</param>
    /// <returns>A task that ends when it is on its way.</returns>
    [HubMethodName("typing")]
    Task Typing(TypingList typing);
}
