using System.Globalization;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;

namespace Godzilla.Accounts.Tokens;

/// <summary>Access tokens: JSON Web Tokens (RFC 7519) by RS256, which the gateway verifies by the published keys.</summary>
internal sealed class AccessTokens(SigningKeys keys, IOptions<TokenOptions> options, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    /// <summary>Issues a token of a family.</summary>
    public async Task<string> CreateAsync(TokenFamily family, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now,
            Expires = now + options.Value.AccessLifetime,
            SigningCredentials = await keys.GetSignerAsync(cancellationToken),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [JwtRegisteredClaimNames.Sub] = family.User,
                [AccessTokenClaims.Username] = family.User,
                [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture),
                [AccessTokenClaims.Family] = family.Id.ToString(),
                [AccessTokenClaims.Scope] = string.Join(' ', family.Scopes),
                [AccessTokenClaims.Type] = AccessTokenClaims.AccessType,
            },
        });
    }

    /// <summary>Reads whose token it is, also if it has expired.</summary>
    /// <returns><see langword="null"/> for what is no access token of ours.</returns>
    public async Task<(string User, ObjectId Family)?> ReadAsync(string token, CancellationToken cancellationToken)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = options.Value.Issuer,
            ValidAudience = options.Value.Audience,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = await keys.GetPublishedAsync(cancellationToken),
            ValidateLifetime = false,
        });
        return result.IsValid
            && result.SecurityToken is JsonWebToken { Subject: { Length: > 0 } user } jwt
            && jwt.TryGetPayloadValue<string>(AccessTokenClaims.Family, out var family)
            && ObjectId.TryParse(family, out var id)
                ? (user, id)
                : null;
    }
}
