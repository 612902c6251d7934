using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.ApiKeys;

internal static class ApiKeyExtensions
{
    internal static void AddApiKeys(this IServiceCollection services)
    {
        services.AddOptions<ApiKeyOptions>().BindConfiguration(ApiKeyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<ApiKeyMetrics>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<ApiKeyStore>().EnsureIndexesAsync());
    }

    internal static void MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/user/keys");
        group.MapGet("", ApiKeyEndpoints.ListAsync);
        group.MapPost("", ApiKeyEndpoints.CreateAsync);
        group.MapDelete("/{id}", ApiKeyEndpoints.DeleteAsync);

        // The gateway has no route to it.
        routes.MapGet("/keys/{hash}", ApiKeyEndpoints.FindAsync).RequireAuthorization(IdentityExtensions.SignedPolicy);
    }
}
