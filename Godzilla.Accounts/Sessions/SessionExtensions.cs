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
        var group = routes.MapGroup("/user").RequireAuthorization(IdentityExtensions.SignedPolicy);
        group.MapPost("/login", SessionEndpoints.LogInAsync);
        group.MapPost("/logout", SessionEndpoints.LogOutAsync);

        var own = routes.MapGroup("/user/sessions");
        own.MapGet("", SessionListEndpoints.ListAsync);
        own.MapDelete("", SessionListEndpoints.EndAllAsync);
        own.MapDelete("/{id}", SessionListEndpoints.EndAsync);
    }
}
