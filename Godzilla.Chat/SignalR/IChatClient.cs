using Godzilla.Chat.Assistant;
using Godzilla.Chat.Discussions;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.SignalR;

/// <summary>
/// The events that <c>/hubs/chat</c> sends, besides those of rooms (<see cref="Rooms.RoomEvent"/>); each has one argument, an object with
/// snake_case fields.
/// </summary>
public interface IChatClient
{
    /// <summary>Sent once to each new connection, which misses no event from now on.</summary>
    /// <param name="welcome">The connection's user.</param>
    [HubMethodName("welcome")]
    Task Welcome(Welcome welcome);

    /// <summary>A discussion of the user was created or changed, or they are no member any more.</summary>
    /// <param name="change">The discussion.</param>
    [HubMethodName("discussion")]
    Task Discussion(DiscussionChange change);

    /// <summary>The user has read further in a discussion, at this connection or at another of theirs.</summary>
    /// <param name="position">How far.</param>
    [HubMethodName("read")]
    Task Read(ReadPosition position);

    /// <summary>Sent once to each new connection, as soon as Presence knows of it.</summary>
    /// <param name="presence">Everybody who is online.</param>
    [HubMethodName("presence")]
    Task Presence(PresenceList presence);

    /// <summary>Somebody came online or went offline, since <see cref="Presence"/> or the last such event.</summary>
    /// <param name="change">Who.</param>
    [HubMethodName("presence_changed")]
    Task PresenceChanged(PresenceChange change);

    /// <summary>A user started or stopped typing in one of the connection's discussions.</summary>
    /// <param name="typing">Everybody else who is typing there.</param>
    [HubMethodName("typing")]
    Task Typing(TypingList typing);

    /// <summary>The assistant begins, goes on with or ends an answer in one of the connection's discussions.</summary>
    /// <param name="assistantEvent">How far it is.</param>
    [HubMethodName("assistant")]
    Task Assistant(AssistantEvent assistantEvent);

    /// <summary>Sent once before messages are refused because they come too quickly.</summary>
    /// <param name="warning">What is wrong.</param>
    [HubMethodName("warning")]
    Task Warning(Warning warning);
}
