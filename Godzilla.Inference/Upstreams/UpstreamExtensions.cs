using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace Godzilla.Inference.Upstreams;

internal static class UpstreamExtensions
{
    private static readonly TimeSpan BreakWindow = TimeSpan.FromSeconds(10);

    internal static void AddUpstreams(this IServiceCollection services)
    {
        services.AddOptions<UpstreamOptions>().BindConfiguration(UpstreamOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<UpstreamOptions>, UpstreamNames>();
        services.AddSingleton<UpstreamHealth>();
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<UpstreamBackend>();
        services.AddHttpClient(UpstreamClient.Name, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers() // Headers hold the upstream's secret, addresses may.
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                ConnectTimeout = provider.GetRequiredService<IOptions<UpstreamOptions>>().Value.ConnectTimeout,
                UseCookies = false,
                AllowAutoRedirect = false, // It would send the secret elsewhere.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5), // So that a name that moves is followed.
                EnableMultipleHttp2Connections = true,
            })
            .AddResilienceHandler(UpstreamClient.Name, (pipeline, context) =>
            {
                var options = context.ServiceProvider.GetRequiredService<IOptions<UpstreamOptions>>().Value;
                if (options.Retries > 0)
                {
                    pipeline.AddRetry(new HttpRetryStrategyOptions
                    {
                        MaxRetryAttempts = options.Retries,
                        Delay = TimeSpan.FromMilliseconds(100),
                        BackoffType = DelayBackoffType.Exponential,
                        UseJitter = true,
                        ShouldRetryAfterHeader = false, // The next upstream may have room at once.
                        ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
                    });
                }

                pipeline.AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
                {
                    SamplingDuration = BreakWindow,
                    MinimumThroughput = options.BreakAfter,
                    FailureRatio = 0.5,
                    BreakDuration = options.BreakFor,
                    ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
                });
            })
            .SelectPipelineBy(_ => UpstreamClient.UpstreamOf); // Two of one host may have different keys, and so different fates.
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException || outcome.Result is { StatusCode: >= System.Net.HttpStatusCode.InternalServerError };
}
