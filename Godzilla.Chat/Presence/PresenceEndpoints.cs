using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Chat.Presence;

/// <summary>Lists who is online and who is typing, for clients without a socket.</summary>
internal static class PresenceEndpoints
{
    internal static async Task<Ok<OnlineView>> OnlineAsync(PresenceClient presence, CancellationToken cancellationToken) =>
        TypedResults.Ok(new OnlineView(await presence.GetOnlineAsync(cancellationToken)));

    internal static async Task<Ok<TypingView>> TypingAsync(PresenceClient presence, CancellationToken cancellationToken) =>
        TypedResults.Ok(new TypingView(await presence.GetTypingAsync(cancellationToken)));

    internal sealed record OnlineView(IReadOnlyList<string> Online);

    internal sealed record TypingView(IReadOnlyList<string> Typing);
}
