namespace Godzilla.Accounts.Passwords;

internal static class PasswordExtensions
{
    internal static void AddPasswords(this IServiceCollection services) => services.AddSingleton<PasswordHash>();
}
