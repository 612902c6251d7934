using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.HelixFlow;

internal static class HelixFlowExtensions
{
    internal static void AddHelixFlow(this IServiceCollection services) =>
        services.AddOptions<CompatibilityOptions>().BindConfiguration(CompatibilityOptions.Section).ValidateOnStart();

    /// <summary>The gateway has the routes either way; where this is off, they answer that there is nothing.</summary>
    internal static void MapHelixFlow(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("HelixFlow").RequireAuthorization(IdentityExtensions.SignedPolicy);
        if (!routes.ServiceProvider.GetRequiredService<IOptions<CompatibilityOptions>>().Value.HelixFlow)
        {
            foreach (var path in new[] { "/login", "/refresh", "/revoke", "/register" })
            {
                group.MapPost(path, () => TypedResults.Problem(statusCode: StatusCodes.Status404NotFound)).ExcludeFromDescription();
            }

            return;
        }

        group.MapPost("/login", HelixFlowEndpoints.LogInAsync).WithSummary("As POST /auth/token");
        group.MapPost("/refresh", HelixFlowEndpoints.RefreshAsync).WithSummary("As POST /auth/refresh");
        group.MapPost("/revoke", HelixFlowEndpoints.RevokeAsync).WithSummary("As POST /auth/revoke");
        group.MapPost("/register", HelixFlowEndpoints.RegisterAsync).WithSummary("As POST /user/register");
    }
}
