using Godzilla.ServiceDefaults.Bodies;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults;

/// <summary>What every service of the system has, whatever it does: telemetry, health, discovery, and one shape of error.</summary>
public static class ServiceDefaults
{
    /// <summary>Adds telemetry, health checks, service discovery for every <see cref="HttpClient"/>, and the error envelope.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.AddTelemetry();
        builder.AddHealth();
        builder.Services.AddErrorEnvelope();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());

        // Drain for less than an orchestrator's patience, so that what is left is closed by us and not killed.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(4));

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.MaxSize;
        });
        return builder;
    }

    /// <summary>
    /// Puts the request's span, the error envelope and the rules for bodies around everything that follows in the pipeline. If an option
    /// has a value that it must not have, the process ends here, before anything uses it: with one line on the standard error stream and
    /// exit code 1.
    /// </summary>
    /// <param name="app">The service.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        StopOnBadOptions(app);
        app.UseRequestSpans();
        app.UseErrorEnvelope();
        app.UseBodyLimit();
        app.UseBodyCharset();
        return app;
    }

    /// <summary>Maps <c>/health</c> (ready: its own dependencies answer) and <c>/alive</c> (the process answers), for anybody.</summary>
    /// <param name="app">The service.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        app.MapHealth();
        return app;
    }

    private static void StopOnBadOptions(WebApplication app)
    {
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
        }
        catch (Exception exception) when (exception is OptionsValidationException or AggregateException)
        {
            var failures = (exception as AggregateException)?.InnerExceptions.AsEnumerable() ?? [exception];
            Console.Error.WriteLine(
                $"{app.Environment.ApplicationName} does not start: {string.Join(" ", failures.Select(failure => failure.Message))}");
            Environment.Exit(1);
        }
    }
}
