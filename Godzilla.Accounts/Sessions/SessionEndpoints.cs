using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Sessions;

/// <summary>Signing in and out.</summary>
internal static class SessionEndpoints
{
    internal static void AddSessions(this IServiceCollection services)
    {
        services.AddOptions<SessionOptions>().BindConfiguration(SessionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionMetrics>();
    }

    internal static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/user").RequireAuthorization(IdentityExtensions.SignedPolicy);
        group.MapPost("/login", LogInAsync);
        group.MapPost("/logout", LogOutAsync);
    }

    private static async Task<Results<Ok<Answer>, ProblemHttpResult>> LogInAsync(
        Credentials credentials,
        UserStore users,
        PasswordHash passwords,
        SessionStore sessions,
        SessionMetrics metrics,
        IOptions<SessionOptions> options,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (!credentials.AreGiven(out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        // What no account can have is looked up all the same, as an unknown user: the answer and its time tell nothing.
        var acceptable = credentials.AreAcceptable(out _);
        var user = acceptable ? await users.FindAsync(credentials.Username!, cancellationToken) : null;
        if (!passwords.Verify(user, acceptable ? credentials.Password! : ""))
        {
            metrics.Refused();
            return TypedResults.Problem("Invalid credentials", statusCode: StatusCodes.Status401Unauthorized);
        }

        var token = await sessions.BeginAsync(user!.Username, cancellationToken);
        metrics.LoggedIn();
        context.Response.Cookies.Append(SessionToken.Cookie, token, Cookie(context, options.Value.Lifetime));
        return TypedResults.Ok(new Answer("Logged in successfully"));
    }

    private static async Task<Ok<Answer>> LogOutAsync(
        SessionStore sessions, HttpContext context, CancellationToken cancellationToken)
    {
        await sessions.EndAsync(context.Request.Cookies[SessionToken.Cookie], cancellationToken);
        context.Response.Cookies.Delete(SessionToken.Cookie, Cookie(context, lifetime: null));
        return TypedResults.Ok(new Answer("Logged out"));
    }

    private static CookieOptions Cookie(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = lifetime,

        // The gateway's word: it drops what a client sends under this name, and nobody else gets this far.
        Secure = context.Request.IsHttps
            || string.Equals(context.Request.Headers["X-Forwarded-Proto"], "https", StringComparison.OrdinalIgnoreCase),
    };
}
