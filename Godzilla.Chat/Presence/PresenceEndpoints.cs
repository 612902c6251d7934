using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Godzilla.Chat.Presence;

/// <summary>Says who is online, who is typing and who was here last.</summary>
internal static class PresenceEndpoints
{
    private const int MaxUsers = 100;

    internal static async Task<Ok<OnlineView>> OnlineAsync(PresenceClient presence, CancellationToken cancellationToken) =>
        TypedResults.Ok(new OnlineView(await presence.GetOnlineAsync(cancellationToken)));

    internal static async Task<Ok<TypingView>> TypingAsync(PresenceClient presence, CancellationToken cancellationToken) =>
        TypedResults.Ok(new TypingView(await presence.GetTypingAsync(cancellationToken)));

    internal static async Task<Results<Ok<UsersView>, ProblemHttpResult>> UsersAsync(
        [FromQuery(Name = "name")] string[] names, PresenceClient presence, CancellationToken cancellationToken)
    {
        if (names.Length is 0 or > MaxUsers || !Array.TrueForAll(names, UsernameRule.IsMetBy))
        {
            return TypedResults.Problem($"name must be there 1 to {MaxUsers} times, each {UsernameRule.InWords}", statusCode: StatusCodes.Status400BadRequest);
        }

        var users = await presence.GetUsersAsync(names, cancellationToken);
        return TypedResults.Ok(new UsersView([.. users.Select(UserView.Of)]));
    }

    internal sealed record OnlineView(IReadOnlyList<string> Online);

    internal sealed record TypingView(IReadOnlyList<string> Typing);

    internal sealed record UsersView(IReadOnlyList<UserView> Users);
}
