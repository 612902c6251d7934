using Microsoft.AspNetCore.Authentication;

namespace Godzilla.Gateway.Sessions;

internal static class SessionExtensions
{
    /// <summary>The policy that a route names in the configuration to be for signed-in users only.</summary>
    private const string SessionPolicy = "session";

    internal static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionLookup>();
        services.AddAuthentication(SessionAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthenticationHandler>(SessionAuthenticationHandler.SchemeName, configureOptions: null);
        services.AddAuthorizationBuilder().AddPolicy(SessionPolicy, policy => policy.RequireAuthenticatedUser());
    }
}
