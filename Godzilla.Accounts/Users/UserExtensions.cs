using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Users;

internal static class UserExtensions
{
    internal static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<UserStore>();
        services.AddSingleton<UserMetrics>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<UserStore>().EnsureIndexAsync());
    }

    internal static void MapUsers(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/user/register", UserEndpoints.RegisterAsync).RequireAuthorization(IdentityExtensions.SignedPolicy);
}
