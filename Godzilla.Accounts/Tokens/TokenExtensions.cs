using Godzilla.ServiceDefaults.ApiDocuments;
using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Tokens;

internal static class TokenExtensions
{
    internal static void AddTokens(this IServiceCollection services)
    {
        services.AddOptions<TokenOptions>().BindConfiguration(TokenOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<TokenFamilyStore>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<TokenMetrics>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<TokenFamilyStore>().EnsureIndexesAsync());
        services.AddWarmUp((provider, _) => provider.GetRequiredService<SigningKeyStore>().EnsureIndexAsync());
        services.AddWarmUp((provider, cancellationToken) => provider.GetRequiredService<SigningKeys>().LoadAsync(cancellationToken));
    }

    internal static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/auth").WithTags("Tokens").RequireAuthorization(IdentityExtensions.SignedPolicy);
        group.MapPost("/token", TokenEndpoints.IssueAsync)
            .WithJsonBody<PasswordGrant>().WithSummary("Signs a program in: an access token and a refresh token");
        group.MapPost("/refresh", TokenEndpoints.RefreshAsync)
            .WithJsonBody<RefreshGrant>().WithSummary("Exchanges a refresh token, which is good once, for new tokens");
        group.MapPost("/revoke", TokenEndpoints.RevokeAsync)
            .WithJsonBody<Revocation>().WithSummary("Ends the sign-in that a token belongs to, with all its tokens");
        routes.MapGet(AccessTokenClaims.KeySetPath, TokenEndpoints.ReadKeysAsync)
            .WithTags("Tokens").WithSummary("Gives the keys that verify access tokens").RequireAuthorization(IdentityExtensions.SignedPolicy);

        var own = routes.MapGroup("/user/programs").WithTags("Tokens");
        own.MapGet("", TokenEndpoints.ListAsync).WithSummary("Lists the programs that are signed in with tokens");
        own.MapDelete("/{id}", TokenEndpoints.EndAsync).WithSummary("Ends a program's sign-in, with all its tokens");

        // The gateway has no route to it.
        routes.MapGet("/token-families/{id}", TokenEndpoints.FindAsync).RequireAuthorization(IdentityExtensions.SignedPolicy);
    }

    /// <param name="GrantType"><c>password</c>, which is the default, or <c>refresh_token</c>.</param>
    /// <param name="Username">The name, or else <paramref name="Email"/>.</param>
    /// <param name="Scope">Separated by spaces; all, if it is not there.</param>
    private sealed record PasswordGrant(string? GrantType, string? Username, string? Email, string Password, string? Scope);

    private sealed record RefreshGrant(string RefreshToken);

    /// <param name="Token">An access token or a refresh token.</param>
    private sealed record Revocation(string Token);
}
