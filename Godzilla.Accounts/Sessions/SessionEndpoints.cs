using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Sessions;

/// <summary>Signs users in and out.</summary>
internal static class SessionEndpoints
{
    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> LogInAsync(
        Credentials credentials,
        SessionStore sessions,
        SignInAccess access,
        SessionMetrics metrics,
        AuditLog audit,
        IOptions<SessionLifetimeOptions> options,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (!credentials.AreGiven(out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        var client = context.Caller();
        var (user, refusal) = await access.SignInAsync(credentials, context, cancellationToken);
        if (user is null)
        {
            return refusal!;
        }

        var token = await sessions.BeginAsync(user.Username, credentials.Remember, client, cancellationToken);
        if (!await access.IsUnchangedAsync(user, cancellationToken))
        {
            await sessions.EndAsync(user.Username, [SessionToken.IdOf(token)!], cancellationToken);
            metrics.Refused();
            return SignInAccess.InvalidCredentials();
        }

        // The session that came with the sign-in is replaced, whoever's it was.
        if (client.Session.Length > 0)
        {
            await sessions.EndAsync(client.User, [client.Session], cancellationToken);
        }

        metrics.LoggedIn();
        audit.Note(user.Username, AuditActions.SignedIn, client, SessionToken.IdOf(token));
        context.Response.Cookies.Append(SessionToken.Cookie, token, Cookie(context, options.Value.LifetimeOf(credentials.Remember)));
        return TypedResults.Ok(new Answer("Logged in successfully"));
    }

    internal static async Task<Ok<Answer>> LogOutAsync(
        SessionStore sessions, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        var client = context.Caller();
        if (client.Session.Length > 0)
        {
            await sessions.EndAsync(client.User, [client.Session], cancellationToken);
            audit.Note(client.User, AuditActions.SignedOut, client, client.Session);
        }

        context.Response.Cookies.Delete(SessionToken.Cookie, Cookie(context, lifetime: null));
        return TypedResults.Ok(new Answer("Logged out"));
    }

    private static CookieOptions Cookie(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = lifetime,

        // Set by the gateway alone: it drops the header when a client sends it.
        Secure = context.Request.IsHttps
            || string.Equals(context.Request.Headers["X-Forwarded-Proto"], "https", StringComparison.OrdinalIgnoreCase),
    };
}
