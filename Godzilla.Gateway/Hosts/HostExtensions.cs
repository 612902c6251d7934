using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Godzilla.Gateway.Hosts;

internal static class HostExtensions
{
    internal static void AddAllowedHosts(this IServiceCollection services, bool isDevelopment)
    {
        services.AddOptions<AllowedHostsOptions>()
            .Configure<IConfiguration>((options, configuration) => options.Hosts =
            [
                .. (configuration[AllowedHostsOptions.Key] ?? (isDevelopment ? AllowedHostsOptions.Any : AllowedHostsOptions.Local))
                    .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(host => new StringSegment(host)),
            ])
            .Validate(
                options => options.IsValid,
                "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")
            .ValidateOnStart();

        // ASP.NET Core puts its own filter in front of everything, where its answer would not have the shape of our errors.
        services.Configure<HostFilteringOptions>(options => options.AllowedHosts = [AllowedHostsOptions.Any]);
    }

    internal static void UseAllowedHosts(this IApplicationBuilder app) => app.Use(next =>
    {
        var options = app.ApplicationServices.GetRequiredService<IOptions<AllowedHostsOptions>>().Value;
        return options.IsAny ? next : ActivatorUtilities.CreateInstance<HostCheck>(app.ApplicationServices, next, options.Hosts).InvokeAsync;
    });
}
