namespace Godzilla.Accounts.Passwords;

internal static class PasswordExtensions
{
    internal static void AddPasswords(this IServiceCollection services)
    {
        services.AddOptions<PasswordOptions>().BindConfiguration(PasswordOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PasswordHash>();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<HashingQueue>();
        services.AddSingleton<HashingMetrics>();
        services.AddExceptionHandler<HashingBusyHandler>();
    }
}
