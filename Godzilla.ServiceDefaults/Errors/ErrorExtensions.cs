using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.ServiceDefaults.Errors;

internal static class ErrorExtensions
{
    internal static void AddErrorEnvelope(this IServiceCollection services)
    {
        // Before AddProblemDetails: the first writer that can write is the one that does.
        services.AddSingleton<IProblemDetailsWriter, ErrorEnvelopeWriter>();
        services.AddProblemDetails();
        services.AddSingleton<FailurePolicy>();
        services.AddExceptionHandler<ExpectedExceptionHandler>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);

        // Also outside Development a body that cannot be read is an exception, which the handler above makes a 4xx.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    internal static void UseErrorEnvelope(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }
}
