using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Who is calling: signed by the one who knows, believed by the one who is asked.</summary>
public static class IdentityExtensions
{
    /// <summary>The policy of an endpoint that anybody may call, but only through a service that signs: registering, signing in.</summary>
    public const string SignedPolicy = "signed";

    private const string Scheme = "SignedIdentity";

    /// <summary>Adds <see cref="IdentitySigner"/>, keyed by <see cref="IdentityOptions"/>.</summary>
    /// <param name="services">The service's services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddIdentitySigner(this IServiceCollection services)
    {
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IdentitySigner>();
        return services;
    }

    /// <summary>
    /// Takes the caller from the signed headers, and asks for a signed-in user at every endpoint that does not say otherwise: one
    /// that was forgotten is closed, not open.
    /// </summary>
    /// <param name="services">The service's services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSignedIdentity(this IServiceCollection services)
    {
        services.AddIdentitySigner();
        services.AddAuthentication(Scheme).AddScheme<AuthenticationSchemeOptions, SignedIdentityHandler>(Scheme, configureOptions: null);

        var user = new AuthorizationPolicyBuilder().RequireClaim(ClaimTypes.NameIdentifier).Build();
        services.AddAuthorizationBuilder()
            .SetDefaultPolicy(user)
            .SetFallbackPolicy(user)
            .AddPolicy(SignedPolicy, policy => policy.RequireAuthenticatedUser());
        return services;
    }
}
