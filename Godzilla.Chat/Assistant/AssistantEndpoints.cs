using System.Security.Claims;
using Godzilla.Chat.Discussions;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;

namespace Godzilla.Chat.Assistant;

/// <summary>Stops an answer, for clients without a socket.</summary>
internal static class AssistantEndpoints
{
    internal static async Task<Results<Ok<StoppedAnswer>, ProblemHttpResult>> StopAsync(
        string id, string answer, ClaimsPrincipal caller, DiscussionStore discussions, Answers answers, CancellationToken cancellationToken)
    {
        if (!DiscussionId.TryParse(id, out var discussion) || !await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken))
        {
            return TypedResults.Problem("Discussion not found", statusCode: StatusCodes.Status404NotFound);
        }

        if (!ObjectId.TryParse(answer, out _))
        {
            return TypedResults.Problem("An answer has the id of the message that asked: 24 hex digits", statusCode: StatusCodes.Status400BadRequest);
        }

        await answers.StopAsync(answer, caller.Username());
        return TypedResults.Ok(new StoppedAnswer(answer));
    }

    /// <param name="Id">The answer. One that has ended, or that another asked for, goes on as it is.</param>
    internal sealed record StoppedAnswer(string Id);
}
