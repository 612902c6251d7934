using Godzilla.Gateway.Forwarding;
using Godzilla.Gateway.RateLimits;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Gateway.Sessions;

/// <summary>
/// Finds out whose request it is, by the <c>auth_token</c> cookie, and refuses one that needs a session and has none. An outage of Redis is
/// an exception and so a 503: it lets nobody in, and does not tell a signed-in user that they are signed out. A request over the limit of its
/// session, or of its address, is refused here: whose it is decides what it may do.
/// </summary>
internal sealed class SessionMiddleware(RequestDelegate next, SessionCache sessions, OpenSockets sockets, RequestLimit requests)
{
    public Task InvokeAsync(HttpContext context)
    {
        // What is not forwarded needs none.
        var requirement = context.GetEndpoint()?.Metadata.GetMetadata<RoutePolicy>()?.Session ?? SessionRequirement.None;
        if (requirement == SessionRequirement.None)
        {
            return requests.Allows(context, session: null) ? next(context) : Task.CompletedTask;
        }

        var found = sessions.FindAsync(SessionCookie.Find(context.Request.Headers.Cookie), context.RequestAborted);
        return found.IsCompletedSuccessfully ? ContinueAsync(context, requirement, found.Result) : AwaitAsync(context, requirement, found);
    }

    private async Task AwaitAsync(HttpContext context, SessionRequirement requirement, ValueTask<Session?> found) =>
        await ContinueAsync(context, requirement, await found);

    private Task ContinueAsync(HttpContext context, SessionRequirement requirement, Session? session)
    {
        if (!requests.Allows(context, session))
        {
            return Task.CompletedTask;
        }

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

    private static bool IsUpgrade(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}
