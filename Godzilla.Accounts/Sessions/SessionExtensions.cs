using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.ApiDocuments;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Sessions;

internal static class SessionExtensions
{
    internal static void AddSessions(this IServiceCollection services)
    {
        services.AddOptions<SessionLifetimeOptions>().BindConfiguration(SessionLifetimeOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SignInAccess>();
        services.AddSingleton<SessionMetrics>();
    }

    internal static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/user").WithTags("Sessions").RequireAuthorization(IdentityExtensions.SignedPolicy);
        group.MapPost("/login", SessionEndpoints.LogInAsync)
            .WithJsonBody<Credentials>().WithSummary("Signs in: the answer sets the session's cookie");
        group.MapPost("/logout", SessionEndpoints.LogOutAsync).WithSummary("Ends the session, if there is one");

        var own = routes.MapGroup("/user/sessions").WithTags("Sessions");
        own.MapGet("", SessionListEndpoints.ListAsync).WithSummary("Lists the caller's sessions");
        own.MapDelete("", SessionListEndpoints.EndAllAsync).WithSummary("Ends all other sessions and the sign-ins of programs, and with all=true this session too");
        own.MapDelete("/{id}", SessionListEndpoints.EndAsync).WithSummary("Ends one session");
    }
}
