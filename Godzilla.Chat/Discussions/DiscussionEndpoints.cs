using System.Security.Claims;
using Godzilla.Chat.Hubs;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

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
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!body.IsValid(out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        var now = ChatStore.Now(time);
        var discussion = new Discussion
        {
            Users = [.. body.Users!.Prepend(caller.Username()).Distinct(StringComparer.Ordinal)],
            Title = body.Title,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await discussions.AddAsync(discussion, cancellationToken);
        await connections.SubscribeAsync(discussion.Users, new DiscussionId(discussion.Id));

        var view = DiscussionView.Of(discussion);
        return TypedResults.Created($"/discussion/{view.Id}/messages", view);
    }
}
