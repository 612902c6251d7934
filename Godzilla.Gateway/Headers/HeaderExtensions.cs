using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Headers;

/// <summary>Removes what is for the gateway alone, and identity and forwarding headers that the client sent, on every route; cleans its <c>User-Agent</c>.</summary>
internal static class HeaderExtensions
{
    internal static void UseClientHeaderFilter(this IApplicationBuilder app) => app.Use(next => context =>
    {
        ConnectionOptions.Apply(context.Request.Headers);
        IdentityHeaders.Drop(context.Request.Headers);
        UserAgent.Clean(context.Request.Headers);
        return next(context);
    });
}
