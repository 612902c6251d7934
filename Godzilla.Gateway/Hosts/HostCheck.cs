using Godzilla.Gateway.Limits;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;

namespace Godzilla.Gateway.Hosts;

/// <summary>
/// Refuses a request for a host that is not ours. Otherwise a page of another site could make its own name point here, and would be the
/// site itself to <see cref="Origins.OriginCheck"/> (DNS rebinding).
/// </summary>
internal sealed class HostCheck(RequestDelegate next, StringSegment[] hosts, IProblemDetailsService problems, RefusalMetrics refusals)
{
    private volatile string? _lastAllowed;

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Value ?? "";
        if (host == _lastAllowed)
        {
            return next(context);
        }

        if (HostString.MatchesAny(host, hosts))
        {
            _lastAllowed = host;
            return next(context);
        }

        return IsProbe(context.Request.Path) ? next(context) : RefuseAsync(context);
    }

    // Orchestrators and load balancers ask by address. What these paths answer depends on nobody.
    private static bool IsProbe(PathString path) => path.Value is "/health" or "/alive" or "/healthz";

    private async Task RefuseAsync(HttpContext context)
    {
        refusals.Refused(RefusalMetrics.Host);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var problem = new ProblemDetails { Detail = "This host is not among the gateway's AllowedHosts" };
        await problems.WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }
}
