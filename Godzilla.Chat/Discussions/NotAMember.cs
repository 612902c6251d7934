using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Chat.Discussions;

/// <summary>
/// What those are told who are not in a discussion: the same whether or not it exists. Who is not in the lobby is banned, and may know.
/// </summary>
internal static class NotAMember
{
    public static (int Status, string Message) Of(string? id) => id == DiscussionId.LobbyName
        ? (StatusCodes.Status403Forbidden, "You are banned from the lobby")
        : (StatusCodes.Status404NotFound, "Discussion not found");

    public static ProblemHttpResult ProblemOf(string id)
    {
        var (status, message) = Of(id);
        return TypedResults.Problem(message, statusCode: status);
    }
}
