using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Godzilla.StandIns.Tests;

public class RegistrationTests
{
    [Fact]
    public void SettingsComeFromTheSectionThenTheNamedSectionThenTheConnectionStringThenCode()
    {
        var builder = Builder(
            ("Aspire:StackExchange:Redis:ConnectionString", "section:1"),
            ("Aspire:StackExchange:Redis:DisableTracing", "true"),
            ("Aspire:StackExchange:Redis:DisableHealthChecks", "true"),
            ("Aspire:StackExchange:Redis:cache:DisableHealthChecks", "false"),
            ("Aspire:StackExchange:Redis:cache:ConnectionString", "named:2"),
            ("Aspire:StackExchange:Redis:queue:ConnectionString", "named:2"),
            ("ConnectionStrings:cache", "string:3"));

        var cache = builder.AddRedisClientBuilder("cache").Settings;
        var queue = builder.AddKeyedRedisClientBuilder("queue", settings => settings.DisableTracing = false).Settings;
        var other = builder.AddKeyedRedisClientBuilder("other").Settings;

        Assert.Equal(("string:3", true, false), (cache.ConnectionString, cache.DisableTracing, cache.DisableHealthChecks));
        Assert.Equal(("named:2", false, true), (queue.ConnectionString, queue.DisableTracing, queue.DisableHealthChecks));
        Assert.Equal("section:1", other.ConnectionString);
        Assert.True(cache.DisableAutoActivation);
    }

    [Fact]
    public void OptionsComeFromTheConnectionStringThenConfigurationThenCode()
    {
        var builder = Builder(
            ("ConnectionStrings:cache", "host:1234,connectTimeout=111,syncTimeout=111,password=secret,keepAlive=11"),
            ("Aspire:StackExchange:Redis:ConfigurationOptions:SyncTimeout", "222"),
            ("Aspire:StackExchange:Redis:ConfigurationOptions:KeepAlive", "22"),
            ("Aspire:StackExchange:Redis:cache:ConfigurationOptions:KeepAlive", "33"));
        builder.AddRedisClient("cache", configureOptions: options => options.ConnectRetry = 7);

        using var host = builder.Build();
        var options = host.Services.GetRequiredService<IOptions<ConfigurationOptions>>().Value;

        Assert.Equal("Unspecified/host:1234", Assert.Single(options.EndPoints).ToString());
        Assert.Equal("secret", options.Password);
        Assert.Equal((111, 222, 33, 7), (options.ConnectTimeout, options.SyncTimeout, options.KeepAlive, options.ConnectRetry));
    }

    [Theory]
    [InlineData("host:1", false)]
    [InlineData("host:1,abortConnect=true", true)]
    [InlineData("host:1, AbortConnect = false", false)]
    public void OnlyTheConnectionStringAsksToGiveUpOnConnecting(string connectionString, bool abort)
    {
        var builder = Builder(("ConnectionStrings:cache", connectionString));
        builder.AddRedisClient("cache");

        using var host = builder.Build();
        Assert.Equal(abort, host.Services.GetRequiredService<IOptions<ConfigurationOptions>>().Value.AbortOnConnectFail);
    }

    [Fact]
    public void HealthChecksHaveAspiresNamesAndAreAddedOnce()
    {
        var builder = Builder();
        builder.AddRedisClient("cache");
        builder.AddRedisClient("cache");
        builder.AddKeyedRedisClient("queue");
        builder.AddKeyedRedisClient("unchecked", settings => settings.DisableHealthChecks = true);

        using var host = builder.Build();
        var checks = host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations;
        Assert.Equal(["StackExchange.Redis", "StackExchange.Redis_queue"], checks.Select(check => check.Name).Order());
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void TracingIsOnUnlessItIsDisabled(bool disabled, bool traced)
    {
        var builder = Builder();
        builder.AddRedisClient("cache", settings => settings.DisableTracing = disabled);

        using var host = builder.Build();
        Assert.Equal(traced, host.Services.GetService<TracerProvider>() is not null);
    }

    [Fact]
    public void WithoutAConnectionStringTheMessageNamesTheSetting()
    {
        var builder = Builder();
        builder.AddRedisClient("cache");

        using var host = builder.Build();
        var exception = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IConnectionMultiplexer>);
        Assert.Contains("ConnectionStrings:cache", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BuildersTellWhatTheyBuiltFor()
    {
        var builder = Builder();
        var keyed = builder.AddKeyedRedisClientBuilder("queue");

        Assert.Same(builder, keyed.HostBuilder);
        Assert.Equal("queue", keyed.ServiceKey);
        Assert.Null(builder.AddRedisClientBuilder("cache").ServiceKey);
        Assert.Throws<ArgumentNullException>(() => new AspireRedisClientBuilder(null!, new(), serviceKey: null));
        Assert.Throws<ArgumentException>(() => builder.AddKeyedRedisClient(""));
    }

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, string? (pair) => pair.Value, StringComparer.Ordinal));
        return builder;
    }
}
