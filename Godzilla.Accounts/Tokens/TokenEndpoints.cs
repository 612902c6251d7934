using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;

namespace Godzilla.Accounts.Tokens;

/// <summary>Tokens for programs, their keys, and the list of the programs that are signed in.</summary>
internal static class TokenEndpoints
{
    internal static async Task<Results<Ok<IssuedTokens>, ProblemHttpResult>> IssueAsync(
        TokenRequest body, TokenIssuer issuer, HttpContext context, CancellationToken cancellationToken)
    {
        if (Fault(body) is { } fault)
        {
            return fault;
        }

        switch (body["grant_type"])
        {
            case null or "password":
                break;
            case "refresh_token":
                return await RefreshAsync(body, issuer, context, cancellationToken);
            default:
                return BadRequest("grant_type must be password or refresh_token");
        }

        if (!TryReadScopes(body["scope"], out var scopes))
        {
            return BadRequest($"scope must hold one or more of {string.Join(", ", ApiKeyScopes.All)}, separated by spaces");
        }

        var credentials = new Credentials(body["username"] ?? body["email"], body["password"], NewPassword: body["new_password"]);
        if (!credentials.AreGiven(out var error))
        {
            return BadRequest(error);
        }

        var (tokens, refusal) = await issuer.SignInAsync(credentials, scopes, context, cancellationToken);
        return tokens is null ? refusal! : TypedResults.Ok(tokens);
    }

    internal static async Task<Results<Ok<IssuedTokens>, ProblemHttpResult>> RefreshAsync(
        TokenRequest body, TokenIssuer issuer, HttpContext context, CancellationToken cancellationToken)
    {
        if (Fault(body) is { } fault)
        {
            return fault;
        }

        return body["refresh_token"] is not { Length: > 0 } token ? BadRequest("refresh_token is required")
            : await issuer.RefreshAsync(token, context.Caller(), cancellationToken) is { } tokens ? TypedResults.Ok(tokens)
            : TypedResults.Problem("Invalid refresh token", statusCode: StatusCodes.Status401Unauthorized);
    }

    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> RevokeAsync(
        TokenRequest body, TokenIssuer issuer, HttpContext context, CancellationToken cancellationToken)
    {
        if (Fault(body) is { } fault)
        {
            return fault;
        }

        if (body["token"] is not { Length: > 0 } token)
        {
            return BadRequest("token is required");
        }

        await issuer.RevokeAsync(token, context.Caller(), cancellationToken);
        return TypedResults.Ok(new Answer("Token revoked"));
    }

    internal static async Task<Ok<KeySet>> ReadKeysAsync(SigningKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        // Shorter than the time for which a key is only published.
        context.Response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Ok(new KeySet((await keys.GetPublishedAsync(cancellationToken)).Select(PublicKey.Of)));
    }

    internal static async Task<Ok<ProgramList>> ListAsync(TokenFamilyStore families, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ProgramList((await families.ListAsync(context.Caller().User, cancellationToken)).Select(ProgramView.Of)));

    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> EndAsync(
        string id, TokenFamilyStore families, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        if (!ObjectId.TryParse(id, out var family) || !await families.EndAsync(caller.User, family, cancellationToken))
        {
            return TypedResults.Problem("Sign-in not found", statusCode: StatusCodes.Status404NotFound);
        }

        audit.Note(caller.User, AuditActions.SessionEnded, caller, $"program {family}");
        return TypedResults.Ok(new Answer("Sign-in ended"));
    }

    /// <summary>For services: whether the tokens of a family are good, and whose they are.</summary>
    internal static async Task<Results<Ok<TokenFamilyIdentity>, NotFound>> FindAsync(
        string id, TokenFamilyStore families, UserStore users, CancellationToken cancellationToken) =>
        ObjectId.TryParse(id, out var key)
        && await families.FindAsync(key, cancellationToken) is { } family
        && await users.FindAsync(family.User, cancellationToken) is { DisabledAt: null }
            ? TypedResults.Ok(new TokenFamilyIdentity(family.Id.ToString(), family.User, family.Scopes, family.ExpiresAt))
            : TypedResults.NotFound();

    private static ProblemHttpResult? Fault(TokenRequest body) =>
        !body.IsReadable ? BadRequest("The body must be a JSON object or a form") : body.Fault is { } fault ? BadRequest(fault) : null;

    private static ProblemHttpResult BadRequest(string? message) => TypedResults.Problem(message, statusCode: StatusCodes.Status400BadRequest);

    private static bool TryReadScopes(string? text, out string[] scopes)
    {
        scopes = text is null ? [.. ApiKeyScopes.All] : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        return scopes.Length > 0 && Array.TrueForAll(scopes, ApiKeyScopes.All.Contains);
    }

    /// <summary>A JSON Web Key Set (RFC 7517).</summary>
    internal sealed record KeySet(IEnumerable<PublicKey> Keys);

    /// <summary>A public key of it. All its numbers are in base64url.</summary>
    internal sealed record PublicKey(string Kty, string Use, string Alg, string Kid, string N, string E)
    {
        public static PublicKey Of(RsaSecurityKey key) => new(
            "RSA", "sig", SecurityAlgorithms.RsaSha256, key.KeyId, Base64UrlEncoder.Encode(key.Parameters.Modulus), Base64UrlEncoder.Encode(key.Parameters.Exponent));
    }

    /// <summary>What another service learns about a family.</summary>
    internal sealed record TokenFamilyIdentity(string Id, string User, IReadOnlyList<string> Scopes, DateTime ExpiresAt);

    /// <summary>The answer to a list of the programs that are signed in, the newest first.</summary>
    internal sealed record ProgramList(IEnumerable<ProgramView> Programs) : Answer("Programs");

    /// <summary>A program as its user sees it.</summary>
    /// <param name="UsedAt">When its tokens were issued last.</param>
    /// <param name="ExpiresAt">When it ends unless it gets new tokens.</param>
    internal sealed record ProgramView(
        string Id, IReadOnlyList<string> Scopes, DateTime CreatedAt, DateTime UsedAt, DateTime ExpiresAt, string Address, string UserAgent)
    {
        public static ProgramView Of(TokenFamily family) =>
            new(family.Id.ToString(), family.Scopes, family.CreatedAt, family.UsedAt, family.ExpiresAt, family.Address, family.UserAgent);
    }
}
