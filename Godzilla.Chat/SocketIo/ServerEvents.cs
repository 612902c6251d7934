using Godzilla.Chat.Assistant;
using Godzilla.Chat.Messages;
using Godzilla.Chat.SignalR;

namespace Godzilla.Chat.SocketIo;

/// <summary>The events that Socket.IO clients get.</summary>
internal static class ServerEvents
{
    public static readonly ServerEvent<Welcome> Welcome = new("welcome");
    public static readonly ServerEvent<MessageEvent> Message = new("message");
    public static readonly ServerEvent<MessageView> MessageEdited = new("message_edited");
    public static readonly ServerEvent<MessageView> MessageDeleted = new("message_deleted");
    public static readonly ServerEvent<PresenceList> Presence = new("presence");
    public static readonly ServerEvent<TypingEvent> Typing = new("typing");
    public static readonly ServerEvent<AssistantEvent> Assistant = new("assistant");
    public static readonly ServerEvent<Warning> Warning = new("warning");
    public static readonly ServerEvent<ErrorEvent> Refused = new("refused");
}
