namespace Godzilla.Accounts.Passwords;

internal static class PasswordExtensions
{
    internal static void AddPasswords(this IServiceCollection services)
    {
        services.AddOptions<PasswordOptions>().BindConfiguration(PasswordOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<GuessingOptions>().BindConfiguration(GuessingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PasswordHash>();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<HashingQueue>();
        services.AddSingleton<HashingMetrics>();
        services.AddSingleton<GuessingLimiter>();
        services.AddSingleton<PasswordCheck>();
        services.AddExceptionHandler<HashingBusyHandler>();
    }
}
