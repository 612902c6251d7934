using Godzilla.Gateway.Bearer;
using Godzilla.Gateway.Forwarding;
using Godzilla.Gateway.RateLimits;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Gateway.Sessions;

/// <summary>
/// Finds out whose request it is, by the <c>auth_token</c> cookie, and refuses one that needs a session and has none. An outage of Redis is
/// an exception and so a 503: it lets nobody in, and does not tell a signed-in user that they are signed out. A request over the limit of its
/// session, or of its address, is refused here: whose it is decides what it may do.
/// A route may take API keys and access tokens too, or these alone (<see cref="BearerAuthentication"/>).
/// </summary>
internal sealed class SessionMiddleware(RequestDelegate next, SessionCache sessions, OpenSockets sockets, RequestLimit requests, BearerAuthentication bearers)
{
    public Task InvokeAsync(HttpContext context)
    {
        // What is not forwarded needs none.
        var policy = context.GetEndpoint()?.Metadata.GetMetadata<RoutePolicy>();
        var requirement = policy?.Session ?? SessionRequirement.None;
        if (policy?.Bearer is { } scopes && (requirement == SessionRequirement.None || BearerToken.IsIn(context.Request)))
        {
            return bearers.InvokeAsync(context, scopes, next);
        }

        if (requirement == SessionRequirement.None)
        {
            return requests.Allows(context, caller: null) ? next(context) : Task.CompletedTask;
        }

        var token = SessionCookie.Find(context.Request.Headers.Cookie);
        if (sessions.TryFind(token, out var session))
        {
            return requests.Allows(context, session) ? AnswerAsync(context, requirement, session) : Task.CompletedTask;
        }

        return requests.AllowsLookUp(context)
            ? LookUpAsync(context, requirement, sessions.FindAsync(token, context.RequestAborted))
            : Task.CompletedTask;
    }

    private async Task LookUpAsync(HttpContext context, SessionRequirement requirement, ValueTask<Session?> found)
    {
        var session = await found;
        if (requests.Allows(context, session))
        {
            await AnswerAsync(context, requirement, session);
        }
    }

    private Task AnswerAsync(HttpContext context, SessionRequirement requirement, Session? session)
    {
        if (session is null)
        {
            if (requirement == SessionRequirement.Optional)
            {
                return next(context);
            }

            context.WriteError(StatusCodes.Status401Unauthorized);
            return Task.CompletedTask;
        }

        context.User = session;
        return IsUpgrade(context) ? sockets.RunAsync(session, context, next) : next(context);
    }

    // The header and the method first: they cost less than features.
    private static bool IsUpgrade(HttpContext context) =>
        (context.Request.Headers.Upgrade.Count > 0 && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true })
        || (HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true });
}
