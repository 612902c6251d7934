using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Identity;

/// <summary>No client names itself, on any route: what it sends as an identity, or as the word of a proxy, goes before all else.</summary>
internal static class ClientHeaderFilter
{
    internal static void UseClientHeaderFilter(this IApplicationBuilder app) => app.Use(next => context =>
    {
        IdentityHeaders.Drop(context.Request.Headers);
        return next(context);
    });
}
