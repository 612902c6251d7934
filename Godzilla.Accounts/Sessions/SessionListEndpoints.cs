using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Tokens;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Sessions;

/// <summary>Lists and ends the caller's sessions.</summary>
internal static class SessionListEndpoints
{
    internal static async Task<Ok<SessionList>> ListAsync(SessionStore sessions, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        return TypedResults.Ok(new SessionList(SessionView.Of(await sessions.ListAsync(caller.User, cancellationToken), caller.Session)));
    }

    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> EndAsync(
        string id, SessionStore sessions, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        if (!(await sessions.ListAsync(caller.User, cancellationToken)).Any(session => session.Id == id))
        {
            return TypedResults.Problem("Session not found", statusCode: StatusCodes.Status404NotFound);
        }

        await sessions.EndAsync(caller.User, [id], cancellationToken);
        audit.Note(caller.User, AuditActions.SessionEnded, caller, id);
        if (id == caller.Session)
        {
            context.Response.Cookies.Delete(SessionToken.Cookie);
        }

        return TypedResults.Ok(new Answer("Session ended"));
    }

    /// <param name="all">Whether the session of this request ends too.</param>
    internal static async Task<Ok<Answer>> EndAllAsync(
        bool? all, SessionStore sessions, TokenFamilyStore families, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        var ended = await sessions.EndAllAsync(caller.User, all == true ? "" : caller.Session, cancellationToken)
            + await families.EndAllAsync(caller.User, cancellationToken);
        audit.Note(caller.User, AuditActions.SessionsEnded, caller, ended.ToString());
        if (all == true)
        {
            context.Response.Cookies.Delete(SessionToken.Cookie);
        }

        return TypedResults.Ok(new Answer($"Sessions ended: {ended}"));
    }
}
