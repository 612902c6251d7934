using System.Security.Claims;
using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;

namespace Godzilla.Accounts.ApiKeys;

/// <summary>A user's API keys, and their look-up for other services.</summary>
internal static class ApiKeyEndpoints
{
    // The prefix and 42 bits: enough to know a key again, not to guess it.
    private const int ShownLength = 10;

    internal static async Task<Ok<ApiKeyList>> ListAsync(ClaimsPrincipal caller, ApiKeyStore keys, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ApiKeyList((await keys.ListAsync(caller.Username(), cancellationToken)).Select(ApiKeyView.Of)));

    internal static async Task<Results<Created<ApiKeyCreated>, ProblemHttpResult>> CreateAsync(
        NewApiKey body,
        ApiKeyStore keys,
        AuditLog audit,
        IOptions<ApiKeyOptions> options,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (!body.IsValid(time.GetUtcNow(), out var name, out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        var (caller, secret) = (context.Caller(), ApiKeyToken.Create());
        var key = new ApiKey
        {
            Id = ObjectId.GenerateNewId(),
            User = caller.User,
            Hash = ApiKeyToken.IdOf(secret)!,
            Prefix = secret[..ShownLength],
            Name = name!,
            Scopes = [.. body.Scopes!.Distinct(StringComparer.Ordinal)],
            Models = [.. (body.Models ?? []).Distinct(StringComparer.Ordinal)],
            CreatedAt = time.GetBsonTime(),
            ExpiresAt = body.ExpiresAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end.ToUnixTimeMilliseconds()).UtcDateTime : null,
        };
        if (!await keys.TryAddAsync(key, options.Value.MaxPerUser, cancellationToken))
        {
            return TypedResults.Problem($"At most {options.Value.MaxPerUser} API keys", statusCode: StatusCodes.Status409Conflict);
        }

        audit.Note(caller.User, AuditActions.KeyCreated, caller, $"{key.Prefix} {key.Name}");
        return TypedResults.Created($"/user/keys/{key.Id}", new ApiKeyCreated(secret, ApiKeyView.Of(key)));
    }

    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> DeleteAsync(
        string id, ApiKeyStore keys, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        if (!ObjectId.TryParse(id, out var key) || !await keys.EndAsync(caller.User, key, cancellationToken))
        {
            return TypedResults.Problem("API key not found", statusCode: StatusCodes.Status404NotFound);
        }

        audit.Note(caller.User, AuditActions.KeyDeleted, caller, id);
        return TypedResults.Ok(new Answer("API key deleted"));
    }

    /// <summary>For services: whose key it is, and what it may be used for.</summary>
    internal static async Task<Results<Ok<ApiKeyIdentity>, NotFound>> FindAsync(
        string hash, ApiKeyStore keys, UserStore users, IOptions<DependencyFailures> failures, CancellationToken cancellationToken)
    {
        if (await keys.FindAsync(hash, cancellationToken) is not { } key
            || await users.FindAsync(key.User, cancellationToken) is not { DisabledAt: null })
        {
            return TypedResults.NotFound();
        }

        try
        {
            await keys.NoteUseAsync(key, cancellationToken);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            // It is noted with the next use.
        }

        return TypedResults.Ok(new ApiKeyIdentity(key.Id.ToString(), key.User, key.Scopes, key.Models, key.ExpiresAt));
    }
}
