using System.Collections.Concurrent;
using Godzilla.Chat.Presence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.Chat;

public sealed class PresenceResolverTests
{
    [Fact]
    public async Task ItFindsEveryAddressAndThoseThatComeLater()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["services:presence:grpc:0"] = "http://127.0.0.2:50051",
            ["services:presence:grpc:1"] = "http://127.0.0.3:50051",
            ["services:presence:grpc:2"] = "http://localhost:50052",
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        await using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddServiceDiscovery().BuildServiceProvider();
        var time = new FakeTimeProvider();
        using var resolver = new PresenceResolver(
            "http://_grpc.presence", services.GetRequiredService<ServiceEndpointResolver>(), time, NullLoggerFactory.Instance);
        var found = new ConcurrentQueue<string>();
        resolver.Start(result => found.Enqueue(string.Join(' ', result.Addresses!.Select(address => address.EndPoint.ToString()))));

        resolver.Refresh();
        await Eventually.TrueAsync(() => found.Count == 1, "it has found them");
        configuration["services:presence:grpc:3"] = "http://127.0.0.4:50051";
        configuration.Reload();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return found.Last().Contains("127.0.0.4:50051", StringComparison.Ordinal);
            },
            "it finds the new one");

        Assert.Equal("127.0.0.2:50051 127.0.0.3:50051 localhost:50052", found.First());
    }

    [Fact]
    public async Task WhereServiceDiscoveryEndsFirstNothingIsFoundAndThatIsNoError()
    {
        var services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddLogging().AddServiceDiscovery().BuildServiceProvider();
        var endpoints = services.GetRequiredService<ServiceEndpointResolver>();
        await services.DisposeAsync();
        var logs = new FakeLogCollector();
        using var loggers = new LoggerFactory([new FakeLoggerProvider(logs)], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
        using var resolver = new PresenceResolver("http://_grpc.presence", endpoints, new FakeTimeProvider(), loggers);
        resolver.Start(_ => Assert.Fail("It says that it found something."));

        resolver.Refresh();

        await Eventually.TrueAsync(() => logs.GetSnapshot().Any(record => record.Message.Contains("ompleted", StringComparison.Ordinal)), "it has looked");
        Assert.DoesNotContain(logs.GetSnapshot(), record => record.Level > LogLevel.Debug);
    }
}
