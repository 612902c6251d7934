using Godzilla.ServiceDefaults.Requests;
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

/// <summary>What every service has: telemetry, health checks, service discovery, one shape of error.</summary>
public static class ServiceDefaults
{
    /// <summary>Adds telemetry, health checks, service discovery and the error envelope.</summary>
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

        // Less than an orchestrator waits before it kills, so that what is left is closed by us.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(4));

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.MaxSize;

            // The gateway has a limit of its own. Behind it, a client that is slow and within that limit is no attack.
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        return builder;
    }

    /// <summary>Adds the error envelope and the rules for bodies in front of everything that follows in the pipeline.</summary>
    /// <param name="app">The service.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

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

    /// <summary>Runs the service until it is asked to end.</summary>
    /// <param name="app">The service.</param>
    /// <returns>
    /// The process's exit code: 0, or 1 if an option has a value that it must not have. That is one line on the standard error stream,
    /// which names the key.
    /// </returns>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        // Before the host does the same: it would log the exception with its stack trace.
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
        }
        catch (Exception exception) when (exception is OptionsValidationException or AggregateException)
        {
            var failures = (exception as AggregateException)?.InnerExceptions.AsEnumerable() ?? [exception];
            await Console.Error.WriteLineAsync(
                $"{app.Environment.ApplicationName} does not start: {string.Join(" ", failures.Select(failure => failure.Message))}");
            await app.DisposeAsync();
            return 1;
        }

        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to end while it started.
        }

        return 0;
    }
}
