using System.Diagnostics;
using System.Globalization;
using System.Net.Mime;
using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Inference.OpenAI;

/// <summary>What all of <c>/v1</c> shares: the headers, the errors, the scope that a key needs.</summary>
internal static class OpenAIExtensions
{
    // The version of the contract that clients are told (the header openai-version).
    private const string Version = "2020-10-01";

    // A context of a million tokens, or a few pictures. The gateway's route allows as much.
    private const long MaxBody = 8 * 1024 * 1024;

    private static readonly PathString Root = "/v1";

    internal static void AddOpenAI(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBody);

        // Before that of all services: the first writer that can write is the one that does.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, OpenAIErrorWriter>());
    }

    /// <summary>Adds to each answer under <c>/v1</c> its request id, its version and how long it took.</summary>
    internal static void UseOpenAIHeaders(this IApplicationBuilder app)
    {
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        app.Use(next => context =>
        {
            if (!IsUnder(context.Request.Path))
            {
                return next(context);
            }

            var (start, headers) = (time.GetTimestamp(), context.Response.Headers);

            // The trace's id is on the log lines of every service that the request touches.
            var id = $"req_{Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N")}";

            // At the last moment: an exception clears the headers.
            context.Response.OnStarting(() =>
            {
                headers["x-request-id"] = id;
                headers["openai-version"] = Version;
                headers["openai-processing-ms"] = ((long)time.GetElapsedTime(start).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    /// <summary>The group of a feature's endpoints, for keys with one of <paramref name="scopes"/>.</summary>
    internal static RouteGroupBuilder MapOpenAI(this IEndpointRouteBuilder routes, string path, params string[] scopes)
    {
        var group = routes.MapGroup($"{Root}{path}");

        // What is in it, OpenAI's own document says.
        group.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(JsonElement), [MediaTypeNames.Application.Json]));
        group.AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return Array.Exists(scopes, context.HttpContext.User.HasScope) ? await next(context) : throw OpenAIErrors.NoScope(scopes[0]);
            }
            catch (OpenAIException exception) when (!context.HttpContext.Response.HasStarted)
            {
                // Here, where the headers that the answer has already are kept.
                OpenAIErrorWriter.Write(context.HttpContext, exception.Status, exception.Error, exception.RetryAfter);
                return Results.Empty;
            }
        });
        return group;
    }

    internal static bool IsUnder(PathString path) => path.StartsWithSegments(Root, StringComparison.Ordinal);
}
