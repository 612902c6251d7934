using System.Security.Claims;
using System.Text.Encodings.Web;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Sessions;

/// <summary>
/// Authenticates a request by its <c>auth_token</c> cookie. An outage of Redis is an exception and so a 503: it lets nobody in, and
/// does not tell a signed-in user that they are signed out.
/// </summary>
internal sealed class SessionAuthenticationHandler(
    SessionLookup sessions,
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Session";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // The middleware runs the default scheme on every request. A route that needs no session costs no look-up.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is null)
        {
            return AuthenticateResult.NoResult();
        }

        if (await sessions.FindAsync(Request.Cookies[SessionToken.Cookie], Context.RequestAborted) is not { } session)
        {
            return AuthenticateResult.NoResult();
        }

        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, session.User), new Claim(CallerClaims.Session, session.Id)],
            SchemeName,
            ClaimTypes.NameIdentifier,
            roleType: null);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}
