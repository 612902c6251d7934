using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Users;

internal static class UserExtensions
{
    internal static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<UserStore>();
        services.AddSingleton<UserChanges>();
        services.AddSingleton<UserMetrics>();
        services.AddSingleton<AccountEndings>();
        services.AddHostedService<AccountSweep>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<UserStore>().EnsureIndexAsync());
        services.AddWarmUp((provider, _) => provider.GetRequiredService<UserChanges>().EnsureIndexAsync());
    }

    internal static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/user/register", UserEndpoints.RegisterAsync).RequireAuthorization(IdentityExtensions.SignedPolicy);

        var group = routes.MapGroup("/user");
        group.MapGet("/me", AccountEndpoints.ReadAsync);
        group.MapPatch("/me", AccountEndpoints.ChangeAsync);
        group.MapDelete("/me", AccountEndpoints.DeleteAsync);
        group.MapGet("/me/export", AccountEndpoints.ExportAsync);
        group.MapPost("/password", AccountEndpoints.ChangePasswordAsync);
    }
}
