using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.MutualTls;

namespace Godzilla.Chat.Accounts;

internal static class AccountsExtensions
{
    // An answer may take a second. A replica that refuses the connection leaves time for another.
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromMilliseconds(300);

    internal static void AddAccounts(this IServiceCollection services)
    {
        services.AddHttpClient<AccountsClient>(client => (client.BaseAddress, client.Timeout) = (new Uri("https+http://accounts"), AttemptLimit))
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                UseCookies = false,
                ConnectTimeout = ConnectLimit,
                SslOptions = provider.GetRequiredService<ServiceCertificate>().ClientOptions("accounts"),
            })
            .AddHttpMessageHandler(provider => new SignedClientHandler(provider.GetRequiredService<IdentitySigner>(), "accounts"))
            .AddServiceDiscovery();
        services.AddSingleton<DeletedUserStore>();
        services.AddHostedService<DeletedUsers>();
    }
}
