using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Gateway.Limits;

internal static class RequestBody
{
    /// <summary>Whether a request can have a body. In HTTP/1.1 two headers tell, which costs less than the server's feature.</summary>
    public static bool IsPossible(HttpContext context) => HttpProtocol.IsHttp11(context.Request.Protocol)
        ? context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0
        : context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
}
