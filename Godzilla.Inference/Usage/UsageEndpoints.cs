using System.Security.Claims;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Inference.Usage;

/// <summary>What the caller has used.</summary>
internal static class UsageEndpoints
{
    internal static async Task<Results<Ok<UsageReport>, ProblemHttpResult>> GetAsync(
        string? from, string? to, string? group, ClaimsPrincipal caller, UsageStore usage, TimeProvider time, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (UsageQuery.TryParse(from, to, group, today, out var error) is not { } query)
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        // A program sees what it has used itself; a person sees everything.
        var key = caller.KeyId() is { Length: > 0 } id ? id : null;
        return TypedResults.Ok(UsageReport.Of(query, await usage.ListAsync(caller.Username(), key, query.First, query.Last, cancellationToken)));
    }
}
