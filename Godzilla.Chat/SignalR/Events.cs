namespace Godzilla.Chat.SignalR;

/// <summary>The connection is subscribed to all its user's discussions.</summary>
/// <param name="Message">A greeting.</param>
/// <param name="Username">The connection's user.</param>
/// <param name="Timestamp">The server's time, UTC.</param>
public sealed record Welcome(string Message, string Username, DateTime Timestamp);

/// <summary>Who is online.</summary>
/// <param name="Online">Usernames, sorted.</param>
public sealed record PresenceList(IReadOnlyList<string> Online);

/// <summary>Who is typing in a discussion.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Users">Usernames, sorted.</param>
public sealed record TypingList(string DiscussionId, IReadOnlyList<string> Users);

/// <summary>The acknowledgement of a stored message.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="Seq">Its number in the discussion.</param>
/// <param name="CreatedAt">UTC, to the millisecond.</param>
public sealed record Receipt(string Id, long Seq, DateTime CreatedAt);
