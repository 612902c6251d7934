namespace Godzilla.Presence.Typing;

internal static class TypingExtensions
{
    internal static void AddTypingUsers(this IServiceCollection services)
    {
        services.AddOptions<TypingOptions>().BindConfiguration(TypingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TypingUsers>();
    }
}
