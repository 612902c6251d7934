using System.Security.Claims;
using Godzilla.Chat.Connections;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;

namespace Godzilla.Chat.Discussions;

/// <summary>Lists and creates the caller's discussions.</summary>
internal static class DiscussionEndpoints
{
    internal static async Task<Ok<IEnumerable<DiscussionView>>> ListAsync(
        ClaimsPrincipal caller, DiscussionStore discussions, CancellationToken cancellationToken) =>
        TypedResults.Ok((await discussions.ListAsync(caller.Username(), cancellationToken)).Select(DiscussionView.Of));

    internal static async Task<Results<Created<DiscussionView>, ProblemHttpResult>> CreateAsync(
        NewDiscussion body,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        ConnectionRegistry connections,
        TimeProvider time)
    {
        if (!body.IsValid(out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        var now = time.GetBsonTime();
        var discussion = new Discussion
        {
            Id = ObjectId.GenerateNewId(),
            Users = [.. body.Users!.Prepend(caller.Username()).Distinct(StringComparer.Ordinal)],
            Title = body.Title,
            CreatedAt = now,
            UpdatedAt = now,
        };
        try
        {
            await discussions.AddAsync(discussion);
        }
        finally
        {
            // Also when the store's answer was lost: the store may have the discussion. If not, nobody can write there.
            await connections.SubscribeAsync(discussion.Users, new DiscussionId(discussion.Id));
        }

        var view = DiscussionView.Of(discussion);
        return TypedResults.Created($"/discussion/{view.Id}/messages", view);
    }
}
