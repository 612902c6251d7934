using Godzilla.Presence.V1;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.MutualTls;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace Godzilla.Chat.Presence;

internal static class PresenceExtensions
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(1);

    // A replica that died under a call costs no error: the next attempt goes to another. Every call of ours can be done twice.
    private static readonly MethodConfig AnywhereElse = new()
    {
        Names = { MethodName.Default },
        RetryPolicy = new RetryPolicy
        {
            MaxAttempts = 4,
            InitialBackoff = TimeSpan.FromMilliseconds(10),
            MaxBackoff = TimeSpan.FromMilliseconds(100),
            BackoffMultiplier = 2,
            RetryableStatusCodes = { StatusCode.Unavailable },
        },
    };

    internal static void AddPresence(this IServiceCollection services)
    {
        services.AddOptions<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ResolverFactory, PresenceResolverFactory>();
        services.AddGrpcClient<PresenceService.PresenceServiceClient>(client => client.Address = new Uri("services:///_grpc.presence"))
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                // A replica that hangs with its connection open is left.
                KeepAlivePingDelay = PingEvery,
                KeepAlivePingTimeout = PingEvery,
                EnableMultipleHttp2Connections = true,
                SslOptions = provider.GetRequiredService<ServiceCertificate>().ClientOptions("presence"),
            })
            .AddHttpMessageHandler(provider => new SignedClientHandler(provider.GetRequiredService<IdentitySigner>(), "presence"))
            .ConfigureChannel((provider, channel) =>
            {
                channel.Credentials = provider.GetRequiredService<ServiceCertificate>().IsUsed ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
                channel.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() }, MethodConfigs = { AnywhereElse } };
                channel.InitialReconnectBackoff = FirstBackoff;
                channel.MaxReconnectBackoff = MaxBackoff;
            });
        services.AddSingleton<PresenceClient>();
        services.AddSingleton<PresenceWatch>().AddHostedService(provider => provider.GetRequiredService<PresenceWatch>());
        services.AddSingleton<HubPresence>();
        services.AddSingleton<PresenceSync>().AddHostedService(provider => provider.GetRequiredService<PresenceSync>());
        services.AddSingleton<TypingRelay>();
        services.AddSingleton<OnlineLists>();
        services.Configure<DependencyFailures>(failures =>
            failures.Add<RpcException>(PresenceClient.IsOutage));
    }

    internal static void MapPresence(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/presence").WithTags("Presence");
        group.MapGet("/online", PresenceEndpoints.OnlineAsync).WithSummary("Lists who is online");
        group.MapGet("/typing", PresenceEndpoints.TypingAsync).WithSummary("Lists who is typing");
        group.MapGet("/users", PresenceEndpoints.UsersAsync).WithSummary("Says of users whether they are online, and when they were here last");
    }
}
