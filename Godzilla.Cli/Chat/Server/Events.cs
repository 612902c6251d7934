namespace Godzilla.Cli.Chat.Server;

/// <summary>The argument of <c>presence</c>: everybody who is online.</summary>
internal sealed record PresenceList(string[] Online);

/// <summary>The argument of <c>presence_changed</c>: who came and who went.</summary>
internal sealed record PresenceChange(string[] Joined, string[] Left);

/// <summary>The argument of <c>typing</c>: everybody else who is typing in a discussion.</summary>
internal sealed record TypingList(string DiscussionId, string[] Users);

/// <summary>The argument of <c>warning</c>, for a person.</summary>
internal sealed record Warning(string Message);

/// <summary>The argument of <c>welcome</c>: the connection has all its discussions.</summary>
internal sealed record Welcome(string Username);
