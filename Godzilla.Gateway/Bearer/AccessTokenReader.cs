using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Godzilla.Gateway.Bearer;

/// <summary>Verifies access tokens: the signature by a published key, <c>iss</c>, <c>aud</c>, <c>exp</c>, and that it is no token of another type.</summary>
internal sealed class AccessTokenReader(PublishedKeys keys, IOptions<AccessTokenOptions> options, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <returns>What it says, or <see langword="null"/> for a token that is not good.</returns>
    /// <exception cref="TimeoutException">Accounts, which has the key, is out of reach.</exception>
    public async Task<AccessToken?> ReadAsync(string token)
    {
        if (!_handler.CanReadToken(token) || Parse(token) is not { Kid: { Length: > 0 } name, Alg: SecurityAlgorithms.RsaSha256 } jwt
            || await keys.FindAsync(name) is not { } key)
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            ValidIssuer = options.Value.Issuer,
            ValidAudience = options.Value.Audience,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKey = key,
            RequireExpirationTime = true,
            LifetimeValidator = (_, expires, _, _) => expires > time.GetUtcNow().UtcDateTime,
        });
        return result.IsValid
            && jwt.TryGetPayloadValue<string>(AccessTokenClaims.Type, out var type) && type == AccessTokenClaims.AccessType
            && jwt.TryGetPayloadValue<string>(AccessTokenClaims.Family, out var family)
            && jwt.TryGetPayloadValue<string>(AccessTokenClaims.Scope, out var scope)
                ? new AccessToken(family, jwt.Subject, scope.Split(' ', StringSplitOptions.RemoveEmptyEntries), new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero))
                : null;
    }

    private static JsonWebToken? Parse(string token)
    {
        try
        {
            return new JsonWebToken(token);
        }
        catch (ArgumentException)
        {
            // Three parts, but no JSON in them.
            return null;
        }
    }

    /// <param name="ExpiresAt">UTC.</param>
    internal sealed record AccessToken(string Family, string User, string[] Scopes, DateTimeOffset ExpiresAt)
    {
        /// <summary>What its family allows it: no more than it says itself, and no longer.</summary>
        /// <returns><see langword="null"/> for the family of another user.</returns>
        public BearerGrant? Restrict(BearerGrant family) => family.User != User ? null : family with
        {
            Scopes = [.. Scopes.Intersect(family.Scopes, StringComparer.Ordinal)],
            ExpiresAt = family.ExpiresAt < ExpiresAt ? family.ExpiresAt : ExpiresAt,
        };
    }
}
