using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Shutdown;

internal static class ShutdownExtensions
{
    // For the requests that are still under way, after the drain.
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(4);

    internal static void AddDrain(this IServiceCollection services)
    {
        services.AddOptions<DrainOptions>().BindConfiguration(DrainOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<GatewayInstance>();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<Drain>("drain");
        services.AddOptions<HostOptions>().Configure<IOptions<DrainOptions>>(
            (host, drain) => host.ShutdownTimeout = (drain.Value.Delay > Drain.SocketLimit ? drain.Value.Delay : Drain.SocketLimit) + RequestLimit);
    }

    /// <summary>Asks clients of HTTP/1.1 to leave their connection while the gateway ends. HTTP/2 has a frame for it, which Kestrel sends.</summary>
    internal static void UseDrain(this IApplicationBuilder app)
    {
        var drain = app.ApplicationServices.GetRequiredService<Drain>();
        app.Use(next => context =>
        {
            if (drain.IsDraining && HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }

            return next(context);
        });
    }
}
