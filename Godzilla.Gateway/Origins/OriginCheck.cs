using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Origins;

/// <summary>
/// Refuses a WebSocket handshake, and a request that changes something, from a page of another site. Browsers send cookies along with
/// both and may ask no server first, so the origin is all there is to tell one from the other (OWASP ASVS 13.5.2 and 4.2.2). A client
/// that is no browser sends none.
/// </summary>
internal static class OriginCheck
{
    internal static void AddOrigins(this IServiceCollection services) =>
        services.AddOptions<OriginOptions>()
            .BindConfiguration(OriginOptions.Section)
            .Validate(
                options => Array.TrueForAll(options.Allowed, IsOrigin),
                "Origins:Allowed must hold origins such as https://godzilla.example, without a path.")
            .ValidateOnStart();

    internal static void UseOriginCheck(this IApplicationBuilder app) => app.Use(next =>
    {
        var allowed = app.ApplicationServices.GetRequiredService<IOptions<OriginOptions>>().Value.Allowed
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return context => IsSensitive(context.Request) && !IsTrusted(context.Request, allowed) ? Refuse(context) : next(context);
    });

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsSensitive(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        || request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);

    private static bool IsTrusted(HttpRequest request, HashSet<string> allowed) => request.Headers.Origin.Count switch
    {
        0 => true,
        1 => request.Headers.Origin.ToString() is var origin && (allowed.Contains(origin) || IsOwn(request, origin)),
        _ => false,
    };

    // Behind a proxy that ends TLS, the page's scheme is https and the request's is not; the other way round is another site.
    private static bool IsOwn(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (page.Scheme == Uri.UriSchemeHttps || !request.IsHttps)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own)
        && string.Equals(page.Authority, own.Authority, StringComparison.OrdinalIgnoreCase);

    private static bool IsOrigin(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && string.Equals(value, uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
