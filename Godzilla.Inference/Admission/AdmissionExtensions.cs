namespace Godzilla.Inference.Admission;

internal static class AdmissionExtensions
{
    internal static void AddAdmission(this IServiceCollection services)
    {
        services.AddOptions<AdmissionOptions>().BindConfiguration(AdmissionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AdmissionQueues>();
    }
}
