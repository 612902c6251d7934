namespace Godzilla.Cli.Chat.Server;

/// <summary>A page of messages.</summary>
/// <param name="Messages">The newest first; after a <c>seq</c> or a <c>rev</c> in the order of that.</param>
/// <param name="NextAfterSeq">Leads to the next page after a <c>seq</c>; <see langword="null"/> if there is none.</param>
/// <param name="NextAfterRev">Leads to the next page after a <c>rev</c>; <see langword="null"/> if there is none.</param>
internal sealed record MessagePage(Message[] Messages, long? NextAfterSeq, long? NextAfterRev);
