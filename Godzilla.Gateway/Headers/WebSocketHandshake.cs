using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Gateway.Headers;

/// <summary>A request that opens a WebSocket: GET with <c>Upgrade</c> (RFC 6455, section 4.1), over HTTP/2 CONNECT (RFC 8441).</summary>
internal static class WebSocketHandshake
{
    /// <summary>Whether a request asks for one, by whatever method.</summary>
    internal static bool IsIn(HttpRequest request) =>
        request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase) || HttpMethods.IsConnect(request.Method);

    /// <summary>Whether its method can open one. CONNECT over HTTP/1.1 asks for a tunnel, which nobody gets.</summary>
    internal static bool HasMethod(HttpContext context) => HttpMethods.IsConnect(context.Request.Method)
        ? context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
        : HttpMethods.IsGet(context.Request.Method);

    internal static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = HttpMethods.Get;
        return Task.CompletedTask;
    }
}
