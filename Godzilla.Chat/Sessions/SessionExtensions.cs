namespace Godzilla.Chat.Sessions;

internal static class SessionExtensions
{
    internal static void AddSessionEndings(this IServiceCollection services) => services.AddHostedService<SessionEndings>();
}
