using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Accounts.Registration;

internal static class RegistrationExtensions
{
    internal static void AddRegistration(this IServiceCollection services)
    {
        services.AddOptions<RegistrationOptions>().BindConfiguration(RegistrationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<InvitationStore>();
        services.AddSingleton<RegistrationGate>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<InvitationStore>().EnsureIndexesAsync());
    }
}
