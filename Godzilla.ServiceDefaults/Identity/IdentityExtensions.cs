using System.Security.Claims;
using System.Text.Encodings.Web;
using Godzilla.ServiceDefaults.MutualTls;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Signs the caller's identity on outgoing requests and checks it on incoming ones.</summary>
public static class IdentityExtensions
{
    /// <summary>The policy of an endpoint that needs a signing service but no user: registration, sign-in.</summary>
    public const string SignedPolicy = "signed";

    private const string Scheme = "SignedIdentity";

    /// <summary>Adds <see cref="IdentitySigner"/>, keyed by <see cref="IdentityOptions"/>, and <see cref="ServiceCertificate"/>.</summary>
    /// <param name="services">The service's services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddIdentitySigner(this IServiceCollection services)
    {
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IdentitySigner>();
        services.AddServiceCertificate();
        return services;
    }

    /// <summary>
    /// Authenticates requests by their signed headers. Every endpoint without a policy of its own needs a signed-in user, so that a
    /// forgotten one is closed. Where services have certificates, a signature counts only together with the caller's.
    /// </summary>
    /// <param name="services">The service's services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSignedIdentity(this IServiceCollection services)
    {
        services.AddIdentitySigner();
        services.AddMutualTls();
        services.AddAuthenticationScheme<SignedIdentityHandler>(Scheme);

        var user = new AuthorizationPolicyBuilder().RequireClaim(ClaimTypes.NameIdentifier).Build();
        services.AddAuthorizationBuilder()
            .SetDefaultPolicy(user)
            .SetFallbackPolicy(user)
            .AddPolicy(SignedPolicy, policy => policy.RequireAuthenticatedUser());
        return services;
    }

    /// <summary>
    /// Adds an authentication scheme and makes it the default. Unlike <c>AddAuthentication</c> it brings no data protection, which would
    /// write key files at every start and which no scheme of ours uses.
    /// </summary>
    /// <typeparam name="THandler">Authenticates a request.</typeparam>
    /// <param name="services">The service's services.</param>
    /// <param name="name">The scheme's name.</param>
    public static void AddAuthenticationScheme<THandler>(this IServiceCollection services, string name)
        where THandler : AuthenticationHandler<AuthenticationSchemeOptions>
    {
        services.AddAuthenticationCore(options => options.DefaultScheme = name);
        services.TryAddSingleton(UrlEncoder.Default);
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, THandler>(name, configureOptions: null);
    }
}
