using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Model;

namespace Godzilla.Gateway.Limits;

/// <summary>Gives a body the size that its route allows, and a time. What has no body passes.</summary>
internal sealed class BodyLimits(RequestDelegate next, IOptions<LimitOptions> options, RefusalMetrics refusals, TimeProvider time)
{
    private readonly TimeSpan _time = options.Value.BodyTime;

    public Task InvokeAsync(HttpContext context) =>
        RequestBody.IsPossible(context) ? LimitAsync(context) : next(context);

    private async Task LimitAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.MaxRequestBodySize is { } limit
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit < 0 ? null : limit;
        }

        // One that is too large is refused, and read over by who refuses it.
        if (context.Request.ContentLength > context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
        {
            await next(context);
        }
        else
        {
            await using var body = new TimedBody(context.Request.Body, _time, time);
            context.Request.Body = body;
            await next(context);
            if (body.IsTimedOut)
            {
                await EndAsync(context);
            }
        }

        if (context.Response.StatusCode is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout)
        {
            refusals.Refused(context.Response.StatusCode == StatusCodes.Status408RequestTimeout ? RefusalMetrics.BodyTime : RefusalMetrics.BodySize);
        }
    }

    // Kestrel would read on, from a body that is in no state for it, and log that as an error.
    private static async Task EndAsync(HttpContext context)
    {
        await context.Response.CompleteAsync();
        context.Abort();
    }
}
