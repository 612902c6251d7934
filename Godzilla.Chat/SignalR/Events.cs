namespace Godzilla.Chat.SignalR;

/// <summary>The connection is subscribed to all its user's discussions.</summary>
/// <param name="Message">A greeting.</param>
/// <param name="Username">The connection's user.</param>
/// <param name="Timestamp">The server's time, UTC.</param>
public sealed record Welcome(string Message, string Username, DateTime Timestamp);

/// <summary>How far the connection's user has read a discussion.</summary>
/// <param name="DiscussionId">24 hex digits.</param>
/// <param name="Seq">The newest message that they have read.</param>
public sealed record ReadPosition(string DiscussionId, long Seq);

/// <summary>Who is online.</summary>
/// <param name="Online">Usernames, sorted.</param>
public sealed record PresenceList(IReadOnlyList<string> Online);

/// <summary>Who came and who went since the last event.</summary>
/// <param name="Joined">Usernames.</param>
/// <param name="Left">Usernames.</param>
public sealed record PresenceChange(IReadOnlyList<string> Joined, IReadOnlyList<string> Left);

/// <summary>Who is typing in a discussion.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Users">Usernames, sorted, without the receiver's.</param>
public sealed record TypingList(string DiscussionId, IReadOnlyList<string> Users);

/// <summary>The acknowledgement of a stored message.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="Seq">Its number in the discussion.</param>
/// <param name="CreatedAt">UTC, to the millisecond.</param>
public sealed record Receipt(string Id, long Seq, DateTime CreatedAt);

/// <summary>Where a connection stands in a discussion that it joined.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Seq">The newest message; what comes follows it.</param>
/// <param name="Rev">The newest change of a message.</param>
/// <param name="Complete">
/// Whether every message and change after the client's was sent. If not, too many were missed: <c>GET /discussion/{id}/messages?after_seq=</c> and <c>?after_rev=</c> have them.
/// </param>
public sealed record Joined(string DiscussionId, long Seq, long Rev, bool Complete);

/// <summary>Something that the client does will be refused if it goes on.</summary>
/// <param name="Message">For a person.</param>
public sealed record Warning(string Message);
