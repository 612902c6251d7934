using System.Diagnostics;
using Godzilla.Gateway.Sessions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.AccessLog;

internal static class AccessLogExtensions
{
    internal static void AddAccessLog(this IServiceCollection services)
    {
        services.AddOptions<AccessLogOptions>().BindConfiguration(AccessLogOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AccessLogMetrics>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AccessLogWriter>(provider, Console.OpenStandardOutput()));
        services.AddHostedService(provider => provider.GetRequiredService<AccessLogWriter>());
    }

    /// <summary>Writes a line for each request. It comes first, so that it sees the answer that the client gets.</summary>
    internal static void UseAccessLog(this WebApplication app) => app.Use(next =>
    {
        if (!app.Services.GetRequiredService<IOptions<AccessLogOptions>>().Value.Enabled)
        {
            return next;
        }

        var (log, time) = (app.Services.GetRequiredService<AccessLogWriter>(), app.Services.GetRequiredService<TimeProvider>());
        return context => LogAsync(context, next, log, time);
    });

    private static async Task LogAsync(HttpContext context, RequestDelegate next, AccessLogWriter log, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var body = new CountingBody(context.Features.Get<IHttpResponseBodyFeature>()!);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
        }
        finally
        {
            log.Add(new AccessEntry(
                time.GetUtcNow(),
                context.Request.Method,
                context.Request.Path.Value ?? "",
                context.Response.StatusCode,
                body.Count,
                time.GetElapsedTime(started),
                Activity.Current?.TraceId ?? default,
                (context.User as Caller)?.Username,
                context.Connection.RemoteIpAddress?.ToString() ?? ""));
        }
    }
}
