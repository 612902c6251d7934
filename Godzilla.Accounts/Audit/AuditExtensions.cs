using System.Security.Claims;
using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Audit;

internal static class AuditExtensions
{
    internal static void AddAudit(this IServiceCollection services)
    {
        services.AddOptions<AuditOptions>().BindConfiguration(AuditOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<AuditLog>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditLog>());
        services.AddWarmUp((provider, _) => provider.GetRequiredService<AuditStore>().EnsureIndexesAsync());
    }

    internal static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/user/audit", ListAsync).WithTags("Audit").WithSummary("Lists what happened to the caller's account, the newest first");

    private static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> ListAsync(
        string? cursor, int? limit, ClaimsPrincipal caller, AuditStore audit, CancellationToken cancellationToken) =>
        AuditPage.TryParse(cursor, limit, out var before, out var error)
            ? TypedResults.Ok(await AuditPage.ReadAsync(audit, caller.Username(), before, limit, cancellationToken))
            : TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
}
