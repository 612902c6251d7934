namespace Godzilla.Gateway.Limits;

/// <summary>
/// Refuses a body that says both how long it is and that its end will show. Whoever is in front of the gateway may have gone by the other
/// of the two, and taken what follows for the next request (RFC 9112, section 6.3).
/// </summary>
internal sealed class BodyLengths(RequestDelegate next, RefusalMetrics refusals)
{
    // Where Kestrel puts a Content-Length that came beside Transfer-Encoding.
    private const string SecondLength = "X-Content-Length";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.TransferEncoding.Count == 0 || !context.Request.Headers.ContainsKey(SecondLength))
        {
            return next(context);
        }

        refusals.Refused(RefusalMetrics.BodyLength);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
