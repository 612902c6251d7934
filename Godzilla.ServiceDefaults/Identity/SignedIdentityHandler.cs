using System.Security.Claims;
using System.Text.Encodings.Web;
using Godzilla.ServiceDefaults.MutualTls;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Authenticates a request by the identity headers that the gateway or another service signed.</summary>
internal sealed class SignedIdentityHandler(
    IdentitySigner signer,
    ServiceCertificate certificate,
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    private AuthenticateResult Authenticate()
    {
        switch (SignedRequest.Read(signer, Request, out var issuer, out var caller))
        {
            case null:
                return AuthenticateResult.NoResult();
            case false:
                return AuthenticateResult.Fail("The identity is not complete, not signed for this service and request, or too old.");
        }

        if (certificate.IsUsed && Context.Connection.ClientCertificate is null)
        {
            return AuthenticateResult.Fail("The services of this system call each other over TLS.");
        }

        var identity = new ClaimsIdentity(Scheme.Name, ClaimTypes.NameIdentifier, roleType: null);
        identity.AddClaim(new Claim(CallerClaims.Issuer, issuer));
        if (caller.User.Length > 0)
        {
            identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, caller.User));
        }

        if (caller.Session.Length > 0)
        {
            identity.AddClaim(new Claim(CallerClaims.Session, caller.Session));
        }

        if (caller.Key.Length > 0)
        {
            identity.AddClaim(new Claim(CallerClaims.Key, caller.Key));
            identity.AddClaim(new Claim(CallerClaims.Scopes, caller.Scopes));
            identity.AddClaim(new Claim(CallerClaims.Models, caller.Models));
        }

        Context.Features.Set(new CallerFeature(caller));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }
}
