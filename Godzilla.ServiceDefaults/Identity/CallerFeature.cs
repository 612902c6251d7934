using Microsoft.AspNetCore.Http;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>The identity whose signature was checked, of one request.</summary>
internal sealed record CallerFeature(CallerIdentity Caller);

/// <summary>Reads the signed identity of a request.</summary>
public static class CallerExtensions
{
    /// <summary>For whom the request is made, as signed by the service that sent it.</summary>
    /// <param name="context">A request of a service with <see cref="IdentityExtensions.AddSignedIdentity"/>.</param>
    /// <returns>The identity; empty in all its parts if the request carries none.</returns>
    public static CallerIdentity Caller(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<CallerFeature>()?.Caller ?? CallerIdentity.None;
    }
}
