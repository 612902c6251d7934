using Godzilla.Accounts.Registration;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Admin;

internal static class AdminExtensions
{
    internal static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/admin").AddEndpointFilter(RequireAdminAsync);
        group.MapGet("/users", AdminEndpoints.ListAsync);
        group.MapGet("/users/{username}", AdminEndpoints.ReadAsync);
        group.MapPost("/users/{username}/disable", AdminEndpoints.DisableAsync);
        group.MapPost("/users/{username}/enable", AdminEndpoints.EnableAsync);
        group.MapPost("/users/{username}/require-password-change", AdminEndpoints.RequirePasswordChangeAsync);
        group.MapDelete("/users/{username}/sessions", AdminEndpoints.EndSessionsAsync);
        group.MapGet("/audit", AdminEndpoints.ReadAuditAsync);
        group.MapGet("/invitations", InvitationEndpoints.ListAsync);
        group.MapPost("/invitations", InvitationEndpoints.CreateAsync);
        group.MapDelete("/invitations/{id}", InvitationEndpoints.DeleteAsync);
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
