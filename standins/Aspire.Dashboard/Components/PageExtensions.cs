using Aspire.Dashboard.Configuration;

namespace Aspire.Dashboard.Components;

internal static class PageExtensions
{
    public static void AddPages(this IServiceCollection services) => services.AddRazorComponents().AddInteractiveServerComponents();

    public static void MapPages(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }

    /// <summary>What a page of this site may load: nothing of any other.</summary>
    public static void UsePageHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Features.Get<Listener>() == Listener.Frontend)
        {
            // Lists that are scrolled are spaced by style attributes.
            context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "same-origin"; // With no-referrer a form would be posted from the origin "null".
        }

        return next(context);
    });
}
