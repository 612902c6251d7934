using Godzilla.Chat.Accounts;
using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Chat.Moderation;

internal static class ModerationExtensions
{
    internal static void AddModeration(this IServiceCollection services)
    {
        services.AddSingleton<LobbyBanStore>();
        services.AddSingleton<LobbyBans>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<LobbyBans>().ReadAsync());
    }

    internal static void MapModeration(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/admin").WithTags("Operators").AddEndpointFilter(RequireOperatorAsync);
        group.MapDelete("/discussions/{id}/messages/{message}", ModerationEndpoints.DeleteMessageAsync).WithSummary("Deletes the text of anybody's message");
        group.MapGet("/lobby/bans", ModerationEndpoints.ListBansAsync).WithSummary("Lists who is banned from the lobby");
        group.MapPut("/lobby/bans/{username}", ModerationEndpoints.BanAsync).WithSummary("Bans a user from the lobby");
        group.MapDelete("/lobby/bans/{username}", ModerationEndpoints.UnbanAsync).WithSummary("Lets a user into the lobby again");
    }

    // Asked at every request, so that a role that is revoked counts no more.
    private static async ValueTask<object?> RequireOperatorAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        return await context.RequestServices.GetRequiredService<AccountsClient>().IsOperatorAsync(context.User.Username(), context.RequestAborted)
            ? await next(invocation)
            : TypedResults.Problem(statusCode: StatusCodes.Status403Forbidden);
    }
}
