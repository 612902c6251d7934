using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>
/// Gives a request's span what OpenTelemetry's conventions for HTTP servers ask for and .NET 10 leaves out: its name, its route and its
/// status. Requests that are not measured, the probes, many a minute and all alike, are not traced either.
/// </summary>
/// <remarks>See https://opentelemetry.io/docs/specs/semconv/http/http-spans/.</remarks>
internal static class RequestSpans
{
    internal static void UseRequestSpans(this WebApplication app)
    {
        if (app.Services.GetService<TracerProvider>() is not null)
        {
            app.Use(TraceAsync);
        }
    }

    private static async Task TraceAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            await next(context);
            return;
        }

        // Before the rest of the pipeline runs: an exception's handler takes the endpoint away. Routing has run, as the first thing.
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is not null)
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            Describe(span, context, endpoint?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route);
        }
    }

    private static void Describe(Activity span, HttpContext context, string? route)
    {
        var method = span.GetTagItem("http.request.method") as string ?? context.Request.Method;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.route", route);

        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
