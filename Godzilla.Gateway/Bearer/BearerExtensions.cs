using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.MutualTls;

namespace Godzilla.Gateway.Bearer;

/// <summary>Lets programs in by API key or access token, on routes whose metadata says so under <c>Bearer</c>.</summary>
internal static class BearerExtensions
{
    // A replica that refuses the connection leaves time for another.
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromMilliseconds(300);

    internal static void AddBearer(this IServiceCollection services)
    {
        services.AddOptions<AccessTokenOptions>().BindConfiguration(AccessTokenOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpClient(nameof(AccountsClient), client => client.BaseAddress = new Uri("https+http://accounts"))
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                UseCookies = false,
                ConnectTimeout = ConnectLimit,
                SslOptions = provider.GetRequiredService<ServiceCertificate>().ClientOptions("accounts"),
            })
            .AddHttpMessageHandler(provider => new SignedClientHandler(provider.GetRequiredService<IdentitySigner>(), "accounts"))
            .AddServiceDiscovery()
            .RemoveAllLoggers();
        services.AddSingleton(provider => new AccountsClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(AccountsClient)), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PublishedKeys>();
        services.AddSingleton<AccessTokenReader>();
        services.AddSingleton<BearerCache>();
        services.AddSingleton<BearerMetrics>();
        services.AddSingleton<BearerAuthentication>();
        services.AddSingleton<OpenRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenRequests>());
    }
}
