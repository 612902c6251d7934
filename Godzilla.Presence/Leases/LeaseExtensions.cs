namespace Godzilla.Presence.Leases;

internal static class LeaseExtensions
{
    internal static void AddOnlineUsers(this IServiceCollection services)
    {
        services.AddOptions<OnlineOptions>().BindConfiguration(OnlineOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<OnlineUsers>();
    }
}
