using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godzilla.Chat.SocketIo;

/// <summary>The argument of <c>message</c>, which is to the lobby.</summary>
/// <param name="Text">1 to 4000 characters.</param>
/// <param name="ClientId">The client's own id for the message, by which a retry is recognised; or none.</param>
internal sealed record SayRequest(string? Text, string? ClientId);

/// <summary>The argument of <c>send</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Text">1 to 4000 characters.</param>
/// <param name="ClientId">The client's own id for the message, by which a retry is recognised; or none.</param>
internal sealed record SendRequest(string? DiscussionId, string? Text, string? ClientId);

/// <summary>The argument of <c>typing</c>.</summary>
/// <param name="Value">As JavaScript reads a condition.</param>
/// <param name="DiscussionId">The lobby if it is left out.</param>
internal sealed record TypingRequest([property: JsonPropertyName("isTyping")] JsonElement Value, string? DiscussionId)
{
    /// <summary>What JavaScript makes of the value in a condition.</summary>
    public bool IsTyping() => Value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.Object or JsonValueKind.Array => true,
        JsonValueKind.String => Value.GetRawText() is not "\"\"",
        JsonValueKind.Number => !Value.TryGetDouble(out var number) || number != 0,
        _ => false,
    };
}

/// <summary>The argument of <c>edit</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Id">The message: 24 hex digits.</param>
/// <param name="Text">1 to 4000 characters.</param>
internal sealed record EditRequest(string? DiscussionId, string? Id, string? Text);

/// <summary>The argument of <c>delete</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Id">The message: 24 hex digits.</param>
internal sealed record DeleteRequest(string? DiscussionId, string? Id);

/// <summary>The argument of <c>join</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="AfterSeq">The number of the last message that the client has.</param>
/// <param name="AfterRev">The number of the last change of a message that the client has.</param>
internal sealed record JoinRequest(string? DiscussionId, long? AfterSeq, long? AfterRev);

/// <summary>The argument of <c>leave</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
internal sealed record LeaveRequest(string? DiscussionId);

/// <summary>The argument of <c>stop_assistant</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Id">The answer: the id of the message that asked.</param>
internal sealed record StopAssistantRequest(string? DiscussionId, string? Id);

/// <summary>The argument of <c>history</c>.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Before">Messages before this number, newest first.</param>
/// <param name="AfterSeq">Messages after this number, oldest first; not both.</param>
/// <param name="Limit">1 to 100, or 20.</param>
internal sealed record HistoryRequest(string? DiscussionId, long? Before, long? AfterSeq, int? Limit);
