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
        var group = routes.MapGroup("/user/keys").WithTags("API keys");
        group.MapGet("", ApiKeyEndpoints.ListAsync).WithSummary("Lists the caller's API keys");
        group.MapPost("", ApiKeyEndpoints.CreateAsync).WithSummary("Creates an API key; its secret is shown once");
        group.MapDelete("/{id}", ApiKeyEndpoints.DeleteAsync).WithSummary("Deletes an API key, which ends at once");

        // The gateway has no route to it.
        routes.MapGet("/keys/{hash}", ApiKeyEndpoints.FindAsync).RequireAuthorization(IdentityExtensions.SignedPolicy);
    }
}
