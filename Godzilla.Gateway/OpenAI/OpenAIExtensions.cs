using System.Diagnostics;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Gateway.OpenAI;

/// <summary>What holds for all of <c>/v1</c>: errors in OpenAI's shape, and a request's id on every answer.</summary>
internal static class OpenAIExtensions
{
    internal const string RequestId = "x-request-id";

    private static readonly PathString Root = "/v1";
    private static readonly ErrorFormat Errors = new(OpenAIErrors.Body);

    /// <summary>It comes before what can answer.</summary>
    internal static void UseOpenAI(this IApplicationBuilder app) => app.Use(next => context =>
    {
        if (IsIn(context.Request))
        {
            context.Features.Set(Errors);
            context.Response.OnStarting(static state => SetRequestId((HttpContext)state), context);
        }

        return next(context);
    });

    internal static bool IsIn(HttpRequest request) => request.Path.StartsWithSegments(Root, StringComparison.Ordinal);

    // At the last moment: what handles an error clears the headers before. What the service says stands.
    private static Task SetRequestId(HttpContext context)
    {
        if (!context.Response.Headers.ContainsKey(RequestId))
        {
            // The trace's id is on the log lines of every service that the request touched.
            var activity = context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;
            context.Response.Headers[RequestId] = $"req_{activity?.TraceId.ToString() ?? context.TraceIdentifier}";
        }

        return Task.CompletedTask;
    }
}
