using Godzilla.Chat.Messages;

namespace Godzilla.Chat.SocketIo;

/// <summary>A message, in its event and in the history. The original's clients read the first three.</summary>
/// <param name="From">The sender's username.</param>
/// <param name="Data">What was said.</param>
/// <param name="Timestamp">UTC, to the millisecond.</param>
/// <param name="Id">24 hex digits.</param>
/// <param name="Seq">Its number in the discussion, from 1, without gaps.</param>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
internal sealed record MessageEvent(string From, MessageData Data, DateTime Timestamp, string Id, long Seq, string DiscussionId)
{
    public static MessageEvent Of(MessageView message) =>
        new(message.UserId, new MessageData(message.Text), message.CreatedAt, message.Id, message.Seq, message.DiscussionId);
}

/// <summary>What was said.</summary>
/// <param name="Text">1 to 4000 characters.</param>
internal sealed record MessageData(string Text);

/// <summary>Who is typing.</summary>
/// <param name="Users">Usernames, sorted, without the receiver's.</param>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
internal sealed record TypingEvent(IEnumerable<string> Users, string DiscussionId);

/// <summary>A failure that the client asked no acknowledgement of.</summary>
/// <param name="Event">The name of the client's event.</param>
/// <param name="Code">As HTTP's.</param>
/// <param name="Message">For a person.</param>
internal sealed record ErrorEvent(string Event, int Code, string Message);

/// <summary>The acknowledgement of an event that failed.</summary>
/// <param name="Error">What is wrong.</param>
internal sealed record ErrorAck(Refusal Error);

/// <summary>What is wrong.</summary>
/// <param name="Code">As HTTP's.</param>
/// <param name="Message">For a person.</param>
internal sealed record Refusal(int Code, string Message);

/// <summary>The acknowledgement of <c>leave</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
internal sealed record LeftAck(string DiscussionId);

/// <summary>The acknowledgement of <c>typing</c>.</summary>
/// <param name="IsTyping">As noted.</param>
internal sealed record TypingAck(bool IsTyping);

/// <summary>The acknowledgement of <c>stop_assistant</c>.</summary>
/// <param name="Id">The answer. One that has ended, or that another asked for, goes on as it is.</param>
internal sealed record StopAssistantAck(string Id);

/// <summary>The acknowledgement of <c>history</c>.</summary>
/// <param name="Messages">Newest first before a number, oldest first after one.</param>
/// <param name="HasMore">Whether there are more in this direction.</param>
internal sealed record HistoryAck(MessageEvent[] Messages, bool HasMore);
