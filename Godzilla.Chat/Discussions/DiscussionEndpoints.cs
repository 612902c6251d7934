using System.Security.Claims;
using Godzilla.Chat.Hubs;
using Godzilla.ServiceDefaults.Documents;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;

namespace Godzilla.Chat.Discussions;

/// <summary>The caller's discussions.</summary>
internal static class DiscussionEndpoints
{
    internal static void AddDiscussions(this IServiceCollection services) => services.AddSingleton<DiscussionStore>();

    internal static void MapDiscussions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/discussion", ListAsync);
        routes.MapPost("/discussion", CreateAsync);
    }

    private static async Task<Ok<IEnumerable<DiscussionView>>> ListAsync(
        ClaimsPrincipal caller, DiscussionStore discussions, CancellationToken cancellationToken) =>
        TypedResults.Ok((await discussions.ListAsync(caller.Username(), cancellationToken)).Select(DiscussionView.Of));

    private static async Task<Results<Created<DiscussionView>, ProblemHttpResult>> CreateAsync(
        NewDiscussion body,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        Connections connections,
        TimeProvider time)
    {
        if (!body.IsValid(out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        var now = time.GetDocumentTime();
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
            // Also when the store's answer was lost: it may have the discussion, and if not, nothing is ever said there.
            await connections.SubscribeAsync(discussion.Users, new DiscussionId(discussion.Id));
        }

        var view = DiscussionView.Of(discussion);
        return TypedResults.Created($"/discussion/{view.Id}/messages", view);
    }
}
