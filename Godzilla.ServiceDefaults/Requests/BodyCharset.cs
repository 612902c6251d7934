using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Godzilla.ServiceDefaults.Requests;

/// <summary>Refuses a body whose declared charset is not UTF-8, the only one that JSON has (RFC 8259, section 8.1).</summary>
internal static class BodyCharset
{
    internal static void UseBodyCharset(this IApplicationBuilder app) => app.Use(next => context =>
    {
        if (context.Request.ContentType is null
            || !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.Charset.HasValue
            || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    });
}
