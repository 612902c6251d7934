using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Headers;

/// <summary>Removes what is for the gateway alone, and identity and forwarding headers that the client sent, on every route; cleans its <c>User-Agent</c>.</summary>
internal static class HeaderExtensions
{
    /// <summary>Refuses a WebSocket handshake by a method that cannot open one.</summary>
    internal static void UseHandshakeCheck(this IApplicationBuilder app) => app.Use(next => context =>
        WebSocketHandshake.IsIn(context.Request) && !WebSocketHandshake.HasMethod(context) ? WebSocketHandshake.RefuseAsync(context) : next(context));

    internal static void UseClientHeaderFilter(this IApplicationBuilder app) => app.Use(next => context =>
    {
        ConnectionOptions.Apply(context.Request.Headers);
        IdentityHeaders.Drop(context.Request.Headers);
        UserAgent.Clean(context.Request.Headers);
        return next(context);
    });
}
