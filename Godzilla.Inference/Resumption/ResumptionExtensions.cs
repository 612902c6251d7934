namespace Godzilla.Inference.Resumption;

internal static class ResumptionExtensions
{
    internal static void AddResumption(this IServiceCollection services)
    {
        services.AddOptions<ResumptionOptions>().BindConfiguration(ResumptionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CompletionLog>();
        services.AddSingleton<ResumableCompletions>();
        services.AddHostedService(provider => provider.GetRequiredService<ResumableCompletions>());
    }
}
