using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Sessions;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Tokens;

/// <summary>Gives programs their tokens: for a password, and for a refresh token.</summary>
internal sealed class TokenIssuer(
    SignInAccess access,
    UserStore users,
    TokenFamilyStore families,
    AccessTokens tokens,
    SessionMetrics signIns,
    TokenMetrics metrics,
    AuditLog audit,
    IOptions<TokenOptions> options)
{
    /// <summary>Signs a program in.</summary>
    /// <param name="scopes">What its tokens may be used for.</param>
    /// <returns>The tokens, or the refusal.</returns>
    public async Task<(IssuedTokens? Tokens, ProblemHttpResult? Refusal)> SignInAsync(
        Credentials credentials, string[] scopes, HttpContext context, CancellationToken cancellationToken)
    {
        var (user, refusal) = await access.SignInAsync(credentials, context, cancellationToken);
        if (user is null)
        {
            return (null, refusal);
        }

        var (family, refreshToken) = await families.BeginAsync(user, scopes, context.Caller(), cancellationToken);
        if (!await access.IsUnchangedAsync(user, cancellationToken))
        {
            await families.EndAsync(user.Username, family.Id, cancellationToken);
            signIns.Refused();
            return (null, SignInAccess.InvalidCredentials());
        }

        signIns.LoggedIn();
        audit.Note(user.Username, AuditActions.SignedIn, context.Caller(), $"program {family.Id}");
        return (await IssueAsync(family, refreshToken, cancellationToken), null);
    }

    /// <summary>Exchanges a refresh token for new tokens. One that was exchanged before is in two hands, so its whole family ends.</summary>
    /// <returns><see langword="null"/> if it is not good.</returns>
    public async Task<IssuedTokens?> RefreshAsync(string refreshToken, CallerIdentity client, CancellationToken cancellationToken)
    {
        if (!RefreshToken.TryRead(refreshToken, out var id, out var hash) || await families.FindAsync(id, cancellationToken) is not { } family)
        {
            metrics.Refused();
            return null;
        }

        if (family.Current != hash)
        {
            await NoteReuseAsync(family, hash, client, cancellationToken);
            return null;
        }

        if (await users.FindAsync(family.User, cancellationToken) is not { DisabledAt: null, PasswordChangeRequired: false } user
            || user.PasswordVersion != family.PasswordVersion)
        {
            metrics.Refused();
            await families.EndAsync(family.User, family.Id, cancellationToken);
            return null;
        }

        if (await families.TryRotateAsync(family, hash, cancellationToken) is not var (rotated, next))
        {
            // Two sent the same token at once, or the family ended a moment ago.
            if (await families.FindAsync(id, cancellationToken) is { } now)
            {
                await NoteReuseAsync(now, hash, client, cancellationToken);
            }

            return null;
        }

        metrics.Refreshed();
        return await IssueAsync(rotated, next, cancellationToken);
    }

    /// <summary>Ends the family of a refresh token or an access token. What is neither is nobody's, and no error (RFC 7009, section 2.2).</summary>
    public async Task RevokeAsync(string token, CallerIdentity client, CancellationToken cancellationToken)
    {
        if (RefreshToken.TryRead(token, out var id, out var hash))
        {
            // Who knows only the family's id cannot end it.
            if (await families.FindAsync(id, cancellationToken) is { } family && (family.Current == hash || family.Spent.Contains(hash, StringComparer.Ordinal)))
            {
                await EndAsync(family.User, id, client, cancellationToken);
            }
        }
        else if (await tokens.ReadAsync(token, cancellationToken) is var (user, ofAccess))
        {
            await EndAsync(user, ofAccess, client, cancellationToken);
        }
    }

    private async Task EndAsync(string user, MongoDB.Bson.ObjectId family, CallerIdentity client, CancellationToken cancellationToken)
    {
        if (await families.EndAsync(user, family, cancellationToken))
        {
            audit.Note(user, AuditActions.SignedOut, client, $"program {family}");
        }
    }

    private async Task NoteReuseAsync(TokenFamily family, string hash, CallerIdentity client, CancellationToken cancellationToken)
    {
        if (!family.Spent.Contains(hash, StringComparer.Ordinal))
        {
            metrics.Refused();
            return;
        }

        metrics.Reused();
        await families.EndAsync(family.User, family.Id, cancellationToken);
        audit.Note(family.User, AuditActions.TokenReused, client, $"program {family.Id}");
    }

    private async Task<IssuedTokens> IssueAsync(TokenFamily family, string refreshToken, CancellationToken cancellationToken) => new(
        await tokens.CreateAsync(family, cancellationToken),
        refreshToken,
        (long)options.Value.AccessLifetime.TotalSeconds,
        string.Join(' ', family.Scopes));
}

/// <summary>The answer of <c>/auth/token</c> and <c>/auth/refresh</c>, as RFC 6749, section 5.1 has it.</summary>
/// <param name="AccessToken">For <c>Authorization: Bearer</c>.</param>
/// <param name="RefreshToken">Good once.</param>
/// <param name="ExpiresIn">How long the access token is good, in seconds.</param>
/// <param name="Scope">What it may be used for, separated by spaces.</param>
internal sealed record IssuedTokens(string AccessToken, string RefreshToken, long ExpiresIn, string Scope)
{
    /// <summary>How the access token is sent.</summary>
    public string TokenType { get; } = "Bearer";
}
