using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Authenticates a request by the identity headers that the gateway or another service signed.</summary>
internal sealed class SignedIdentityHandler(
    IdentitySigner signer,
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    private AuthenticateResult Authenticate()
    {
        if (!Request.Headers.ContainsKey(IdentityHeaders.Signature))
        {
            return AuthenticateResult.NoResult();
        }

        if (!TryRead(IdentityHeaders.Issuer, out var issuer)
            || !TryRead(IdentityHeaders.User, out var user)
            || !TryRead(IdentityHeaders.Session, out var session)
            || !TryRead(IdentityHeaders.Address, out var address)
            || !TryRead(IdentityHeaders.Gateway, out var gateway)
            || !TryRead(IdentityHeaders.Time, out var signedAt)
            || !TryRead(IdentityHeaders.Signature, out var signature))
        {
            return AuthenticateResult.Fail("The identity is not complete.");
        }

        var caller = new CallerIdentity(user, session, address, Request.Headers.UserAgent.ToString(), gateway);
        if (!signer.Verify(issuer, caller, Request.Method, Request.Path.Value ?? "", signedAt, signature))
        {
            return AuthenticateResult.Fail("The identity is not signed for this service and request, or too old.");
        }

        var identity = new ClaimsIdentity(Scheme.Name, ClaimTypes.NameIdentifier, roleType: null);
        identity.AddClaim(new Claim(CallerClaims.Issuer, issuer));
        if (user.Length > 0)
        {
            identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, user));
        }

        if (session.Length > 0)
        {
            identity.AddClaim(new Claim(CallerClaims.Session, session));
        }

        Context.Features.Set(new CallerFeature(caller));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    // A header that comes twice is ambiguous.
    private bool TryRead(string name, out string value)
    {
        var values = Request.Headers[name];
        value = values.ToString();
        return values.Count == 1;
    }
}
