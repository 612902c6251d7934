namespace Aspire.Dashboard.Resources;

internal static class ResourceExtensions
{
    public static void AddResources(this IServiceCollection services)
    {
        services.AddSingleton<ResourceClient>();
        services.AddHostedService(provider => provider.GetRequiredService<ResourceClient>());
    }
}
