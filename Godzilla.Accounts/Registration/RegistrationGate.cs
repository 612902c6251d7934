using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Registration;

/// <summary>Lets in who may register.</summary>
internal sealed class RegistrationGate(IOptions<RegistrationOptions> options, InvitationStore invitations)
{
    public bool IsClosed => options.Value.Mode == RegistrationOptions.Closed;

    /// <summary>Takes the invitation, where one is needed.</summary>
    /// <returns>How to give it back, if the registration fails; or <see langword="null"/> if the invitation is not good.</returns>
    public async Task<Func<Task>?> EnterAsync(string? invitation, string username, CancellationToken cancellationToken) =>
        options.Value.Mode == RegistrationOptions.Open ? () => Task.CompletedTask
        : string.IsNullOrEmpty(invitation) ? null
        : await invitations.TakeAsync(invitation, username, cancellationToken);
}
