using Godzilla.ServiceDefaults.ApiDocuments;
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
        services.AddSingleton<UserRegistration>();
        services.AddSingleton<AccountEndings>();
        services.AddHostedService<AccountSweep>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<UserStore>().EnsureIndexAsync());
        services.AddWarmUp((provider, _) => provider.GetRequiredService<UserChanges>().EnsureIndexAsync());
    }

    internal static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/user").WithTags("Account");
        group.MapPost("/register", UserEndpoints.RegisterAsync)
            .WithJsonBody<Credentials>().WithSummary("Registers an account")
            .RequireAuthorization(IdentityExtensions.SignedPolicy);
        routes.MapGet("/users", UserEndpoints.ListNamesAsync).WithTags("Account").WithSummary("Tells the display names of users");
        group.MapGet("/me", AccountEndpoints.ReadAsync).WithSummary("Reads the caller's account");
        group.MapPatch("/me", AccountEndpoints.ChangeAsync).WithSummary("Changes the display name; null removes it");
        group.MapDelete("/me", AccountEndpoints.DeleteAsync).WithSummary("Deletes the account; its name stays reserved");
        group.MapGet("/me/export", AccountEndpoints.ExportAsync).WithSummary("Gives all that is known about the account, as a file");
        group.MapPost("/password", AccountEndpoints.ChangePasswordAsync).WithSummary("Changes the password and ends all other sessions");
    }
}
