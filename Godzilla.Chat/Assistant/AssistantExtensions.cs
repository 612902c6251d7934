using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.MutualTls;

namespace Godzilla.Chat.Assistant;

internal static class AssistantExtensions
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);

    internal static void AddAssistant(this IServiceCollection services)
    {
        services.AddOptions<AssistantOptions>().BindConfiguration(AssistantOptions.Section).ValidateDataAnnotations().ValidateOnStart();

        // How long an answer may take, its own token says.
        services.AddHttpClient<AssistantClient>(client => (client.BaseAddress, client.Timeout) = (new Uri("https+http://_http2.inference"), Timeout.InfiniteTimeSpan))
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                UseCookies = false,
                ConnectTimeout = ConnectLimit,
                KeepAlivePingDelay = PingEvery,
                KeepAlivePingTimeout = PingEvery,
                EnableMultipleHttp2Connections = true,
                SslOptions = provider.GetRequiredService<ServiceCertificate>().ClientOptions("inference"),
            })
            .AddHttpMessageHandler(provider => new SignedClientHandler(provider.GetRequiredService<IdentitySigner>(), "inference"))
            .AddServiceDiscovery();
        services.AddSingleton<AssistantMetrics>();
        services.AddSingleton<AssistantBus>().AddHostedService(provider => provider.GetRequiredService<AssistantBus>());
        services.AddSingleton<AssistantRelay>();
        services.AddSingleton<Answers>().AddHostedService(provider => provider.GetRequiredService<Answers>());
    }

    internal static void MapAssistant(this IEndpointRouteBuilder routes) => routes
        .MapDelete("/discussion/{id}/assistant/{answer}", AssistantEndpoints.StopAsync)
        .WithTags("Assistant")
        .WithSummary("Stops an answer of the assistant that the caller asked for");
}
