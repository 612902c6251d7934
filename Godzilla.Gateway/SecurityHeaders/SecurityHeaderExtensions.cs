using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.SecurityHeaders;

internal static class SecurityHeaderExtensions
{
    internal static void AddSecurityHeaders(this IServiceCollection services) =>
        services.AddOptions<SecurityHeaderOptions>().BindConfiguration(SecurityHeaderOptions.Section).ValidateDataAnnotations().ValidateOnStart();

    /// <summary>It comes before what can answer.</summary>
    internal static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(next =>
        new SecurityHeaders(next, app.ApplicationServices.GetRequiredService<IOptions<SecurityHeaderOptions>>().Value).InvokeAsync);
}
