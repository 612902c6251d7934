namespace Godzilla.Cli.Chat.Server;

/// <summary>A discussion, as the list and the <c>discussion</c> event have it.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="Users">The members' names; the first owns it.</param>
/// <param name="Title">The title, or none.</param>
/// <param name="Unread">How many messages the user has not read; 0 in the event.</param>
/// <param name="Deleted">Whether it is gone.</param>
internal sealed record Discussion(string Id, string[] Users, string? Title, long Unread, bool Deleted);
