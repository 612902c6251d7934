using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Godzilla.Gateway.SecurityHeaders;

/// <summary>
/// Puts headers on every answer that tell browsers to run nothing of it, show it in no frame and keep no copy. An answer that is meant for a
/// page brings its own <c>Content-Security-Policy</c> and <c>Cache-Control</c>.
/// </summary>
internal sealed class SecurityHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues Nothing = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues NoStore = "no-store";

    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _set;
    private readonly StringValues _hsts;
    private readonly bool _onLocalhost;

    public SecurityHeaders(RequestDelegate next, SecurityHeaderOptions options)
    {
        (_next, _set, _onLocalhost) = (next, SetAsync, options.OnLocalhost);
        if (options.MaxAge > TimeSpan.Zero)
        {
            var subDomains = options.IncludeSubDomains ? "; includeSubDomains" : "";
            _hsts = string.Create(CultureInfo.InvariantCulture, $"max-age={(long)options.MaxAge.TotalSeconds}{subDomains}");
        }
    }

    // At the last moment: what handles an error clears the headers before.
    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(_set, context);
        return _next(context);
    }

    private Task SetAsync(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = Nothing;
        }

        if (headers.CacheControl.Count == 0 || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            headers.CacheControl = NoStore;
        }

        if (headers.Server.Count > 0)
        {
            headers.Server = StringValues.Empty;
        }

        if (_hsts.Count > 0 && context.Request.IsHttps && (_onLocalhost || !IsLocal(context.Request.Host.Host)))
        {
            headers.StrictTransportSecurity = _hsts;
        }

        return Task.CompletedTask;
    }

    private static bool IsLocal(string host) =>
        host is "127.0.0.1" or "[::1]"
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
