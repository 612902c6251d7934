namespace Godzilla.Chat.Sessions;

internal static class SessionExtensions
{
    internal static void AddSessions(this IServiceCollection services)
    {
        services.AddOptions<SessionOptions>().BindConfiguration(SessionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHostedService<SessionEndings>();
    }
}
