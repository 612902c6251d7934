using Godzilla.Presence.Typing;
using Godzilla.Presence.Watching;
using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Presence.Leases;

internal static class LeaseExtensions
{
    /// <summary>Adds the state in Redis and this replica's image of it.</summary>
    internal static void AddPresenceState(this IServiceCollection services)
    {
        services.AddOptions<OnlineOptions>().BindConfiguration(OnlineOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TypingOptions>().BindConfiguration(TypingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WatchingOptions>().BindConfiguration(WatchingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PresenceStore>();
        services.AddSingleton<PresenceImage>();
        services.AddActivatedSingleton<PresenceMetrics>();
        services.AddHostedService<ImageFollower>();
        services.AddSingleton<LeaseWriter>().AddHostedService(provider => provider.GetRequiredService<LeaseWriter>());
        services.AddWarmUp(async (provider, _) => await provider.GetRequiredService<PresenceImage>().CurrentAsync());
    }
}
