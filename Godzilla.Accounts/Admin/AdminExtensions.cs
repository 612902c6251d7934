using Godzilla.Accounts.Registration;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Admin;

internal static class AdminExtensions
{
    internal static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/admin").WithTags("Operators").AddEndpointFilter(RequireAdminAsync);
        group.MapGet("/users", AdminEndpoints.ListAsync).WithSummary("Lists accounts by name");
        group.MapGet("/users/{username}", AdminEndpoints.ReadAsync).WithSummary("Reads an account");
        group.MapPost("/users/{username}/disable", AdminEndpoints.DisableAsync).WithSummary("Disables an account and ends its sessions and keys");
        group.MapPost("/users/{username}/enable", AdminEndpoints.EnableAsync).WithSummary("Enables an account");
        group.MapPost("/users/{username}/require-password-change", AdminEndpoints.RequirePasswordChangeAsync).WithSummary("Makes the next sign-in require a new password");
        group.MapDelete("/users/{username}/sessions", AdminEndpoints.EndSessionsAsync).WithSummary("Ends all sessions of an account");
        group.MapGet("/audit", AdminEndpoints.ReadAuditAsync).WithSummary("Lists what happened to one account, or to all");
        group.MapGet("/invitations", InvitationEndpoints.ListAsync).WithSummary("Lists invitations");
        group.MapPost("/invitations", InvitationEndpoints.CreateAsync).WithSummary("Creates an invitation; its code is shown once");
        group.MapDelete("/invitations/{id}", InvitationEndpoints.DeleteAsync).WithSummary("Deletes an invitation");
    }

    // Asked of the store at every request, so that a role that is revoked counts no more.
    private static async ValueTask<object?> RequireAdminAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var user = await context.RequestServices.GetRequiredService<UserStore>().FindAsync(context.User.Username(), context.RequestAborted);
        return user is { DisabledAt: null, Roles: { } roles } && roles.Contains(Roles.Admin)
            ? await next(invocation)
            : TypedResults.Problem(statusCode: StatusCodes.Status403Forbidden);
    }
}
