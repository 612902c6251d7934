using Godzilla.Gateway.Headers;
using Godzilla.Gateway.Limits;
using Godzilla.Gateway.Sessions;

namespace Godzilla.Gateway.Origins;

/// <summary>
/// Refuses a WebSocket handshake, and a request that changes something, from a page of another site. Browsers send cookies with both
/// without asking a server first, so only what they say about the page separates them: <c>Origin</c>, and <c>Sec-Fetch-Site</c> where it is
/// sent (OWASP ASVS 13.5.2 and 4.2.2). No page can set either. Clients that are no browsers send none.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next, HashSet<string> allowed, RefusalMetrics refusals)
{
    private const string FetchSite = "Sec-Fetch-Site";

    public Task InvokeAsync(HttpContext context)
    {
        var isUpgrade = WebSocketHandshake.IsIn(context.Request);
        if (!(isUpgrade || IsChange(context.Request)) || IsTrusted(context.Request, isUpgrade))
        {
            return next(context);
        }

        refusals.Refused(RefusalMetrics.Origin);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsChange(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));

    private bool IsTrusted(HttpRequest request, bool isUpgrade)
    {
        var origin = request.Headers.Origin;
        if (origin.Count > 1)
        {
            return false;
        }

        var isConfigured = origin.Count == 1 && allowed.Contains(origin.ToString());
        return (origin.Count == 0 || isConfigured || IsOwn(request, origin.ToString())) && IsTrustedSite(request, isConfigured, isUpgrade);
    }

    private static bool IsTrustedSite(HttpRequest request, bool isConfigured, bool isUpgrade)
    {
        var site = request.Headers[FetchSite];
        return site.Count == 0 || (site.Count == 1 && site.ToString() switch
        {
            "same-origin" or "none" => true,
            "same-site" => isConfigured,

            // Without the session's cookie it is nobody's request. A browser adds none to it, as the cookie is SameSite=Lax.
            _ => isConfigured && !isUpgrade && SessionCookie.Find(request.Headers.Cookie).IsEmpty,
        });
    }

    // Behind a proxy that ends TLS, the page's scheme is https and the request's is http; the other way round is another site.
    private static bool IsOwn(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (page.Scheme == Uri.UriSchemeHttps || !request.IsHttps)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own)
        && string.Equals(page.Authority, own.Authority, StringComparison.OrdinalIgnoreCase);
}
