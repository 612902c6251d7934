using Godzilla.Accounts.Audit;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;

namespace Godzilla.Accounts.Registration;

/// <summary>Operators create, list and delete invitations.</summary>
internal static class InvitationEndpoints
{
    private const int MaxListed = 500;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    internal static async Task<Results<Created<InvitationCreated>, ProblemHttpResult>> CreateAsync(
        NewInvitation? body,
        InvitationStore invitations,
        AuditLog audit,
        IOptions<RegistrationOptions> options,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        var lifetime = body?.ExpiresAt is { } end ? end - time.GetUtcNow() : options.Value.InvitationLifetime;
        if (lifetime <= TimeSpan.Zero || lifetime > Longest)
        {
            return TypedResults.Problem("expires_at must be in the future, by at most a year", statusCode: StatusCodes.Status400BadRequest);
        }

        var caller = context.Caller();
        var (invitation, code) = await invitations.CreateAsync(caller.User, lifetime, cancellationToken);
        audit.Note(caller.User, AuditActions.InvitationCreated, caller, invitation.Id.ToString());
        return TypedResults.Created($"/admin/invitations/{invitation.Id}", new InvitationCreated(code, InvitationView.Of(invitation)));
    }

    internal static async Task<Ok<InvitationList>> ListAsync(InvitationStore invitations, CancellationToken cancellationToken) =>
        TypedResults.Ok(new InvitationList((await invitations.ListAsync(MaxListed, cancellationToken)).Select(InvitationView.Of)));

    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> DeleteAsync(
        string id, InvitationStore invitations, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        if (!ObjectId.TryParse(id, out var invitation) || !await invitations.DeleteAsync(invitation, cancellationToken))
        {
            return TypedResults.Problem("Invitation not found", statusCode: StatusCodes.Status404NotFound);
        }

        var caller = context.Caller();
        audit.Note(caller.User, AuditActions.InvitationDeleted, caller, id);
        return TypedResults.Ok(new Answer("Invitation deleted"));
    }
}

/// <summary>What an operator sends to create an invitation.</summary>
/// <param name="ExpiresAt"><see langword="null"/> for the configured lifetime.</param>
internal sealed record NewInvitation(DateTimeOffset? ExpiresAt = null);

/// <summary>An invitation as operators see it.</summary>
internal sealed record InvitationView(string Id, string CreatedBy, DateTime CreatedAt, DateTime ExpiresAt, string? UsedBy)
{
    public static InvitationView Of(Invitation invitation) =>
        new(invitation.Id.ToString(), invitation.CreatedBy, invitation.CreatedAt, invitation.ExpiresAt, invitation.UsedBy);
}

/// <summary>The answer to a list of invitations.</summary>
internal sealed record InvitationList(IEnumerable<InvitationView> Invitations) : Answer("Invitations");

/// <summary>The answer to a new invitation.</summary>
/// <param name="Code">Comes with a registration, as <c>invitation</c>. It is shown here and never again.</param>
internal sealed record InvitationCreated(string Code, InvitationView Invitation) : Answer("Invitation created");
