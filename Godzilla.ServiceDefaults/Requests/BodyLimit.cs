using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.ServiceDefaults.Requests;

/// <summary>
/// Refuses a request whose declared Content-Length exceeds the limit. Its body is read first, up to a bound: a connection that is closed
/// while the client still writes is reset, and the client never sees the answer (RFC 9112, section 9.6).
/// </summary>
internal static class BodyLimit
{
    internal const long MaxSize = 1024 * 1024;
    private const long DrainSize = 32 * 1024 * 1024;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    internal static void UseBodyLimit(this IApplicationBuilder app) => app.Use(next => context =>
        context.Request.ContentLength is > 0 and var length
        && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { MaxRequestBodySize: { } limit }
        && length > limit
            ? RefuseAsync(context)
            : next(context));

    private static async Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        if (context.Request.ContentLength > DrainSize || context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } size)
        {
            return;
        }

        size.MaxRequestBodySize = DrainSize;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(DrainTime);
        try
        {
            await context.Request.Body.CopyToAsync(Stream.Null, limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The client is slow or gone. The answer stays the same.
        }
    }
}
