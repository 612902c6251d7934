using Microsoft.AspNetCore.Authentication;

namespace Godzilla.Gateway.Sessions;

internal static class SessionExtensions
{
    // Routes name it in appsettings.json.
    private const string SessionPolicy = "session";

    internal static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionLookup>();
        services.AddAuthentication(SessionAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthenticationHandler>(SessionAuthenticationHandler.SchemeName, configureOptions: null);
        services.AddAuthorizationBuilder().AddPolicy(SessionPolicy, policy => policy.RequireAuthenticatedUser());
    }
}
