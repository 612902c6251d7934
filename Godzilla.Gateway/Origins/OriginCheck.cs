namespace Godzilla.Gateway.Origins;

/// <summary>
/// Refuses a WebSocket handshake, and a request that changes something, from a page of another site. Browsers send cookies with both
/// without asking a server first, so only the origin separates them (OWASP ASVS 13.5.2 and 4.2.2). Clients that are no browsers send none.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next, HashSet<string> allowed)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!IsSensitive(context.Request) || IsTrusted(context.Request))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsSensitive(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        || request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);

    private bool IsTrusted(HttpRequest request) => request.Headers.Origin.Count switch
    {
        0 => true,
        1 => request.Headers.Origin.ToString() is var origin && (allowed.Contains(origin) || IsOwn(request, origin)),
        _ => false,
    };

    // Behind a proxy that ends TLS, the page's scheme is https and the request's is http; the other way round is another site.
    private static bool IsOwn(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (page.Scheme == Uri.UriSchemeHttps || !request.IsHttps)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own)
        && string.Equals(page.Authority, own.Authority, StringComparison.OrdinalIgnoreCase);
}
