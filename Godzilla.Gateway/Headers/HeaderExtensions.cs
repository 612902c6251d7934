using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Headers;

/// <summary>Removes identity and forwarding headers that the client sent, on every route, and cleans its <c>User-Agent</c>.</summary>
internal static class HeaderExtensions
{
    internal static void UseClientHeaderFilter(this IApplicationBuilder app) => app.Use(next => context =>
    {
        IdentityHeaders.Drop(context.Request.Headers);
        UserAgent.Clean(context.Request.Headers);
        return next(context);
    });
}
