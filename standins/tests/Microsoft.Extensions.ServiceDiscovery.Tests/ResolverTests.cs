using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery;

namespace Godzilla.StandIns.Tests;

public class ResolverTests
{
    private static readonly (string, string)[] Accounts =
    [
        ("services:accounts:http:0", "http://127.0.0.1:1"),
        ("services:accounts:http:1", "http://127.0.0.1:2"),
        ("services:accounts:https:0", "https://127.0.0.1:3"),
        ("services:presence:grpc:0", "http://127.0.0.1:4"),
        ("services:single:http", "127.0.0.1:5"),
        ("services:plain:default:0", "127.0.0.1:6"),
        ("services:mixed:default:0", "http://127.0.0.1:7"),
        ("services:mixed:default:1", "https://127.0.0.1:8"),
        ("services:mixed:default:2", "127.0.0.1:9"),
    ];

    [Theory]
    [InlineData("http://accounts", "http://127.0.0.1:1/ http://127.0.0.1:2/")]
    [InlineData("https://accounts", "https://127.0.0.1:3/")]
    [InlineData("https+http://accounts", "https://127.0.0.1:3/")]
    [InlineData("http+https://accounts", "http://127.0.0.1:1/ http://127.0.0.1:2/")]
    [InlineData("http://ACCOUNTS", "http://127.0.0.1:1/ http://127.0.0.1:2/")]
    [InlineData("http://_https.accounts", "accounts")]
    [InlineData("https+http://_https.accounts", "https://127.0.0.1:3/")]
    [InlineData("http://_grpc.presence", "http://127.0.0.1:4/")]
    [InlineData("http://presence", "presence:80")]
    [InlineData("http://single", "127.0.0.1:5")]
    [InlineData("plain", "127.0.0.1:6")]
    [InlineData("mixed", "http://127.0.0.1:7/ https://127.0.0.1:8/ 127.0.0.1:9")]
    [InlineData("https+http://mixed", "https://127.0.0.1:8/ 127.0.0.1:9")]
    [InlineData("http://mixed", "http://127.0.0.1:7/ 127.0.0.1:9")]
    public async Task ConfigurationAnswersFirst(string name, string expected)
    {
        await using var services = Services(Configuration(Accounts));
        var found = await ResolveAsync(services, name);
        Assert.Equal(expected, found == "accounts:80" ? "accounts" : found);
    }

    [Theory]
    [InlineData("nobody", "nobody")]
    [InlineData("http://nobody", "nobody:80")]
    [InlineData("https://nobody:8443", "nobody:8443")]
    [InlineData("https+http://nobody", "nobody")]
    [InlineData("http://_grpc.nobody:5", "nobody:5")]
    [InlineData("http://127.0.0.1:5", "127.0.0.1:5")]
    public async Task WhatIsNotConfiguredPassesThrough(string name, string expected)
    {
        await using var services = Services(Configuration(Accounts));
        Assert.Equal(expected, await ResolveAsync(services, name));
    }

    [Fact]
    public async Task EnvironmentVariablesConfigureServices()
    {
        var prefix = $"T{Guid.NewGuid():N}_";
        Environment.SetEnvironmentVariable($"{prefix}services__accounts__http__0", "http://127.0.0.1:1");
        await using var services = Services(new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build());
        Assert.Equal("http://127.0.0.1:1/", await ResolveAsync(services, "http://accounts"));
    }

    [Fact]
    public async Task AChangeOfConfigurationIsSeen()
    {
        var configuration = Configuration(("services:accounts:http:0", "http://127.0.0.1:1"));
        await using var services = Services(configuration);
        var resolver = services.GetRequiredService<ServiceEndpointResolver>();
        var first = await resolver.GetEndpointsAsync("http://accounts", default);
        Assert.Same(first, await resolver.GetEndpointsAsync("http://accounts", default));
        Assert.Equal("late:80", await ResolveAsync(services, "http://late"));
        var told = false;
        using var registration = first.ChangeToken.RegisterChangeCallback(_ => told = true, state: null);

        configuration["services:accounts:http:0"] = "http://127.0.0.1:2";
        configuration["services:late:http:0"] = "http://127.0.0.1:3";
        configuration.Reload();

        Assert.True(told);
        Assert.Equal("http://127.0.0.1:2/", await ResolveAsync(services, "http://accounts"));
        Assert.Equal("http://127.0.0.1:3/", await ResolveAsync(services, "http://late"));
    }

    [Fact]
    public async Task OnlyAllowedSchemesCount()
    {
        await using var services = Services(Configuration(Accounts), options =>
        {
            options.AllowAllSchemes = false;
            options.AllowedSchemes = ["https"];
        });
        Assert.Equal("https://127.0.0.1:3/", await ResolveAsync(services, "https+http://accounts"));
        Assert.Equal("https://127.0.0.1:3/", await ResolveAsync(services, "accounts"));
    }

    [Fact]
    public async Task TheSectionAndTheHostNameAreOptions()
    {
        var collection = new ServiceCollection().AddSingleton<IConfiguration>(Configuration(("places:accounts:http:0", "http://127.0.0.1:1")));
        collection.AddServiceDiscoveryCore().AddConfigurationServiceEndpointProvider(options =>
        {
            options.SectionName = "places";
            options.ShouldApplyHostNameMetadata = _ => true;
        });
        await using var services = collection.BuildServiceProvider();
        var source = await services.GetRequiredService<ServiceEndpointResolver>().GetEndpointsAsync("http://accounts", default);
        Assert.Equal("accounts", Assert.Single(source.Endpoints).Features.Get<IHostNameFeature>()!.HostName);
    }

    [Fact]
    public async Task BadConfigurationIsAnErrorThatNamesIt()
    {
        var configuration = Configuration(("services:broken:http:first", "http://127.0.0.1:1"), ("services:empty:http:0", " "));
        await using var services = Services(configuration);
        var exception = await Assert.ThrowsAsync<KeyNotFoundException>(() => ResolveAsync(services, "http://broken"));
        Assert.Contains("services:broken:http:first", exception.Message, StringComparison.OrdinalIgnoreCase);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => ResolveAsync(services, "http://empty"));

        configuration["services:empty:http:0"] = "http://127.0.0.1:2";
        Assert.Equal("http://127.0.0.1:2/", await ResolveAsync(services, "http://empty"));
    }

    [Fact]
    public async Task MistakesAreErrors()
    {
        await using var none = new ServiceCollection().AddServiceDiscoveryCore().BuildServiceProvider();
        await Assert.ThrowsAsync<InvalidOperationException>(() => ResolveAsync(none, "http://accounts"));

        await using var services = Services(Configuration());
        await Assert.ThrowsAsync<ArgumentException>(() => ResolveAsync(services, "not a name"));
        var options = new ServiceCollection().AddServiceDiscovery(options => options.AllowedSchemes = null!).BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => options.GetRequiredService<IOptions<ServiceDiscoveryOptions>>().Value);

        var resolver = services.GetRequiredService<ServiceEndpointResolver>();
        await resolver.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await resolver.GetEndpointsAsync("http://accounts", default));
    }

    [Fact]
    public async Task AProviderOfOnesOwnIsAskedAgainWhenThePeriodIsOver()
    {
        var time = new ManualTime();
        var own = new OwnProvider();
        var collection = new ServiceCollection()
            .AddSingleton<IConfiguration>(Configuration())
            .AddSingleton<TimeProvider>(time)
            .AddSingleton<IServiceEndpointProviderFactory>(own);
        collection.AddServiceDiscovery(options => options.RefreshPeriod = TimeSpan.FromSeconds(5));
        var services = collection.BuildServiceProvider();

        Assert.Equal("place-1", await ResolveAsync(services, "http://accounts"));
        Assert.Equal("place-1", await ResolveAsync(services, "http://accounts"));
        time.Advance(TimeSpan.FromSeconds(6));
        await Eventually.IsTrue(async () => await ResolveAsync(services, "http://accounts") == "place-2", "the provider is asked again");

        // Nobody asked for it for long, so it is forgotten, and its provider with it.
        time.Advance(TimeSpan.FromMinutes(5));
        await ResolveAsync(services, "http://another");
        Assert.Equal(1, own.Disposed);
        await services.DisposeAsync();
        Assert.Equal(2, own.Disposed);
    }

    [Fact]
    public async Task ManyCallersMakeOneLookUp()
    {
        var own = new OwnProvider { Gate = new TaskCompletionSource() };
        await using var services = new ServiceCollection()
            .AddSingleton<IServiceEndpointProviderFactory>(own)
            .AddServiceDiscoveryCore()
            .BuildServiceProvider();
        using var impatient = new CancellationTokenSource();
        var cancelled = services.GetRequiredService<ServiceEndpointResolver>().GetEndpointsAsync("http://accounts", impatient.Token).AsTask();
        var calls = Enumerable.Range(0, 50).Select(_ => ResolveAsync(services, "http://accounts")).ToArray();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        own.Gate.SetResult();

        Assert.All(await Task.WhenAll(calls), found => Assert.Equal("place-1", found));
    }

    private static async Task<string> ResolveAsync(IServiceProvider services, string name)
    {
        var resolver = services.GetRequiredService<ServiceEndpointResolver>();
        var source = await resolver.GetEndpointsAsync(name, CancellationToken.None).AsTask().WaitAsync(Eventually.Limit);
        return string.Join(' ', source.Endpoints);
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, string? (pair) => pair.Value, StringComparer.OrdinalIgnoreCase))
        .Build();

    private static ServiceProvider Services(IConfiguration configuration, Action<ServiceDiscoveryOptions>? configure = null) =>
        new ServiceCollection().AddSingleton(configuration).AddServiceDiscovery(configure ?? (_ => { })).BuildServiceProvider();

    private sealed class OwnProvider : IServiceEndpointProviderFactory
    {
        private int _asked;

        public TaskCompletionSource? Gate { get; init; }

        public int Disposed { get; private set; }

        public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
        {
            provider = new Provider(this);
            return true;
        }

        private sealed class Provider(OwnProvider owner) : IServiceEndpointProvider
        {
            public async ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
            {
                await (owner.Gate?.Task ?? Task.CompletedTask);
                endpoints.Endpoints.Add(ServiceEndpoint.Create(new System.Net.DnsEndPoint($"place-{++owner._asked}", 0)));
            }

            public ValueTask DisposeAsync()
            {
                owner.Disposed++;
                return ValueTask.CompletedTask;
            }
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }
}
