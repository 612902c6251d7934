using Godzilla.Gateway.Limits;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Origins;

internal static class OriginExtensions
{
    internal static void AddOrigins(this IServiceCollection services) =>
        services.AddOptions<OriginOptions>()
            .BindConfiguration(OriginOptions.Section)
            .Validate(
                options => Array.TrueForAll(options.Allowed, IsOrigin),
                "Origins:Allowed must hold origins such as https://godzilla.example, without a path.")
            .ValidateOnStart();

    // Not read here: a bad value must stop the start with its one line, which comes later.
    internal static void UseOriginCheck(this IApplicationBuilder app) => app.Use(next =>
    {
        var options = app.ApplicationServices.GetRequiredService<IOptions<OriginOptions>>().Value;
        var refusals = app.ApplicationServices.GetRequiredService<RefusalMetrics>();
        return new OriginCheck(next, options.Allowed.ToHashSet(StringComparer.OrdinalIgnoreCase), refusals).InvokeAsync;
    });

    private static bool IsOrigin(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && string.Equals(value, uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
