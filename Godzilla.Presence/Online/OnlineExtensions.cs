namespace Godzilla.Presence.Online;

internal static class OnlineExtensions
{
    internal static void AddOnlineUsers(this IServiceCollection services)
    {
        services.AddOptions<OnlineOptions>().BindConfiguration(OnlineOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<OnlineUsers>();
    }
}
