using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Directory;

internal static class DirectoryExtensions
{
    internal static void MapDirectory(this IEndpointRouteBuilder routes)
    {
        // For services, which speak in their own name; never for a gateway's clients.
        var group = routes.MapGroup("/directory").WithTags("Directory")
            .RequireAuthorization(IdentityExtensions.SignedPolicy)
            .AddEndpointFilter(async (invocation, next) => invocation.HttpContext.Caller() is { User: "", Address: "" }
                ? await next(invocation)
                : TypedResults.Problem(statusCode: StatusCodes.Status403Forbidden));
        group.MapPost("/resolve", DirectoryEndpoints.ResolveAsync).WithSummary("Finds accounts by their names, in any case");
        group.MapGet("/users/{username}/roles", DirectoryEndpoints.ReadRolesAsync).WithSummary("Tells what an account may do beyond its own");
        group.MapGet("/deleted", DirectoryEndpoints.ListDeletedAsync).WithSummary("Lists the accounts that were deleted at or after a time, the oldest first");
    }
}
