using Microsoft.Extensions.Hosting;

namespace Aspire.StackExchange.Redis;

/// <summary>What further registrations on top of a Redis client need to know of it.</summary>
/// <param name="hostBuilder">The application that it was registered in.</param>
/// <param name="settings">Its settings.</param>
/// <param name="serviceKey">The key that it was registered with, or null.</param>
public sealed class AspireRedisClientBuilder(IHostApplicationBuilder hostBuilder, StackExchangeRedisSettings settings, string? serviceKey)
{
    /// <summary>The application that it was registered in.</summary>
    public IHostApplicationBuilder HostBuilder { get; } = hostBuilder ?? throw new ArgumentNullException(nameof(hostBuilder));

    /// <summary>Its settings.</summary>
    public StackExchangeRedisSettings Settings { get; } = settings;

    /// <summary>The key that it was registered with, or null.</summary>
    public string? ServiceKey { get; } = serviceKey;
}
