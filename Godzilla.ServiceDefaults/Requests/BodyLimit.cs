using System.IO.Pipelines;
using Godzilla.ServiceDefaults.Errors;
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
        // The answer first: who has not sent the body yet need not.
        context.WriteError(StatusCodes.Status413PayloadTooLarge);
        await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        if (context.Request.ContentLength > DrainSize || context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } size)
        {
            return;
        }

        size.MaxRequestBodySize = DrainSize;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(DrainTime);
        try
        {
            if (await DrainAsync(context.Request.BodyReader, limit.Token))
            {
                return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The client is gone.
        }

        // Kestrel would read on, from a body that is in no state for it, and log that as an error.
        context.Abort();
    }

    // A token that cancels a read of Kestrel's leaves it under way. False: the time is up.
    private static async Task<bool> DrainAsync(PipeReader body, CancellationToken cancellationToken)
    {
        await using var cancel = cancellationToken.UnsafeRegister(static body => ((PipeReader)body!).CancelPendingRead(), body);
        ReadResult read;
        do
        {
            read = await body.ReadAsync(CancellationToken.None);
            body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted && !read.IsCanceled);

        return read.IsCompleted;
    }
}
