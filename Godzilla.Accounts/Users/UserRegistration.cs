using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Registration;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;

namespace Godzilla.Accounts.Users;

/// <summary>Registers accounts.</summary>
internal sealed class UserRegistration(
    UserStore users,
    PasswordHasher passwords,
    PasswordCheck check,
    RegistrationGate gate,
    UserMetrics metrics,
    AuditLog audit,
    IOptions<DependencyFailures> failures,
    TimeProvider time)
{
    /// <summary>Registers an account.</summary>
    /// <param name="displayName">See <see cref="DisplayName"/>; <see langword="null"/> for none.</param>
    /// <returns>The account, or the refusal.</returns>
    public async Task<(User? User, ProblemHttpResult? Refusal)> RegisterAsync(
        Credentials credentials, string? displayName, CallerIdentity client, CancellationToken cancellationToken)
    {
        if (gate.IsClosed)
        {
            return (null, TypedResults.Problem("Registration is closed", statusCode: StatusCodes.Status403Forbidden));
        }

        if (!credentials.AreAcceptable(out var error))
        {
            return (null, TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest));
        }

        var user = new User
        {
            Id = ObjectId.GenerateNewId(),
            Username = credentials.Username!,
            UsernameKey = UsernameRule.KeyOf(credentials.Username!),
            Email = credentials.Email,
            EmailKey = credentials.Email is null ? null : UsernameRule.KeyOf(credentials.Email),
            Password = await passwords.HashAsync(credentials.Password!, client.Address, cancellationToken),
            CreatedAt = time.GetBsonTime(),
            DisplayName = displayName,
            IsUnconfirmed = true,
        };
        if (await gate.EnterAsync(credentials.Invitation, user.Username, cancellationToken) is not { } giveBack)
        {
            return (null, TypedResults.Problem("An invitation is required, and can be used once", statusCode: StatusCodes.Status403Forbidden));
        }

        var isNew = await users.TryAddAsync(user, cancellationToken);
        var registered = isNew ? await ConfirmAsync(user) ? user : null : await FindRetriedAsync(credentials, client.Address, cancellationToken);
        if (registered is null)
        {
            await giveBack();
            return (null, TypedResults.Problem(await ConflictAsync(user, cancellationToken), statusCode: StatusCodes.Status409Conflict));
        }

        metrics.Registered();
        audit.Note(registered.Username, AuditActions.Registered, client);
        return (registered, null);
    }

    private async Task<bool> ConfirmAsync(User user)
    {
        try
        {
            return await users.ConfirmAsync(user, CancellationToken.None);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            // The account is there. That a second registration with the same password succeeds too does no harm.
            return true;
        }
    }

    // The answer of the database to the first attempt was lost, and the client was told to try again.
    private async Task<User?> FindRetriedAsync(Credentials credentials, string address, CancellationToken cancellationToken) =>
        await users.FindAsync(credentials.Username!, cancellationToken) is { IsUnconfirmed: true } existing
        && (await check.CheckAsync(existing, credentials.Password!, address, cancellationToken)).User is not null
        && await users.ConfirmAsync(existing, cancellationToken)
            ? existing
            : null;

    private async Task<string> ConflictAsync(User user, CancellationToken cancellationToken) =>
        user.EmailKey is { } email && await users.HasEmailAsync(email, cancellationToken) ? "Username or e-mail address already exists" : "Username already exists";
}
