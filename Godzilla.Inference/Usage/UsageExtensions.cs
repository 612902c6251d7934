namespace Godzilla.Inference.Usage;

internal static class UsageExtensions
{
    /// <summary>Adds what writes usage and answers for it.</summary>
    internal static void AddUsage(this IServiceCollection services)
    {
        services.AddSingleton<UsageStore>();
        services.AddSingleton<UsageWriter>().AddHostedService(provider => provider.GetRequiredService<UsageWriter>());
    }

    internal static void MapUsage(this IEndpointRouteBuilder routes) => routes.MapGet("/user/usage", UsageEndpoints.GetAsync)
        .WithTags("Usage")
        .WithSummary("Sums up what the caller has used, by day, key or model");
}
