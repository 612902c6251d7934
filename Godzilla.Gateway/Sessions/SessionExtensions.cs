using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Sessions;

internal static class SessionExtensions
{
    // Routes name it in appsettings.json.
    private const string SessionPolicy = "session";

    internal static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionLookup>();
        services.AddAuthenticationScheme<SessionAuthenticationHandler>(SessionAuthenticationHandler.SchemeName);
        services.AddAuthorizationBuilder().AddPolicy(SessionPolicy, policy => policy.RequireAuthenticatedUser());
    }
}
