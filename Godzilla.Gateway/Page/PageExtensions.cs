using Microsoft.AspNetCore.Routing.Patterns;

namespace Godzilla.Gateway.Page;

/// <summary>Serves the chat for browsers, the files of <c>wwwroot</c>, to anybody: who is signed in is asked by what the page calls.</summary>
internal static class PageExtensions
{
    private const string Index = "index.html";

    // Files of this site alone, nothing inline, and no text that becomes HTML or a script (Trusted Types).
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    internal static void AddPage(this WebApplicationBuilder builder)
    {
        // Outside Development too, a gateway that was built and not published has its files where they were built from.
        builder.WebHost.UseStaticWebAssets();

        // And serves them as the build compressed them, instead of looking at each request whether they have changed since.
        builder.Configuration["ReloadStaticAssetsAtRuntime"] ??= "false";
    }

    internal static void MapPage(this IEndpointRouteBuilder routes) => routes.MapStaticAssets().Add(endpoint =>
    {
        var serve = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            return serve(context);
        };

        if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: Index } page)
        {
            page.RoutePattern = RoutePatternFactory.Parse("/");
        }
    });
}
