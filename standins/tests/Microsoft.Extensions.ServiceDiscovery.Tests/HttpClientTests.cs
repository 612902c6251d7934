using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace Godzilla.StandIns.Tests;

public class HttpClientTests
{
    [Fact]
    public async Task RequestsGoRoundTheEndpoints()
    {
        await using var first = await Place.StartAsync("first");
        await using var second = await Place.StartAsync("second");
        await using var other = await Place.StartAsync("other");
        await using var services = Services(
            ("services:accounts:http:0", first.Address), ("services:accounts:http:1", second.Address), ("services:chat:http:0", other.Address));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient();

        var answers = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            answers.Add(await http.GetStringAsync(new Uri("http://accounts/user")));

            // In between, so that the rotation of one service is seen not to be that of all.
            Assert.Equal("other / 127.0.0.1", await http.GetStringAsync(new Uri("https+http://chat")));
        }

        Assert.Equal(3, answers.Count(answer => answer == "first /user 127.0.0.1"));
        Assert.Equal(3, answers.Count(answer => answer == "second /user 127.0.0.1"));
    }

    [Fact]
    public async Task AnEndpointsPathComesFirstAndTheRequestKeepsItsAddress()
    {
        await using var place = await Place.StartAsync("place");
        await using var services = Services(("services:accounts:http:0", $"{place.Address}/base/"));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://accounts/user?x=1");
        using var response = await http.SendAsync(request);

        Assert.Equal("place /base/user 127.0.0.1", await response.Content.ReadAsStringAsync());
        Assert.Equal(new Uri("http://accounts/user?x=1"), request.RequestUri);
    }

    [Fact]
    public async Task AnAddressPassesThrough()
    {
        await using var place = await Place.StartAsync("place");
        await using var services = Services();
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Assert.Equal("place /x 127.0.0.1", await http.GetStringAsync(new Uri($"{place.Address}/x")));
        var several = place.Address.Replace("http:", "http+https:", StringComparison.Ordinal);
        Assert.Equal("place /x 127.0.0.1", await http.GetStringAsync(new Uri($"{several}/x")));
    }

    [Fact]
    public async Task TheHostIsTheServicesNameWhereItIsAskedFor()
    {
        await using var place = await Place.StartAsync("place");
        await using var services = Services(
            collection => collection.Configure<ConfigurationServiceEndpointProviderOptions>(
                options => options.ShouldApplyHostNameMetadata = _ => true),
            ("services:accounts:http:0", place.Address));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Assert.Equal("place / accounts", await http.GetStringAsync(new Uri("http://accounts")));
    }

    [Fact]
    public async Task ASchemeThatIsNotAllowedIsRefused()
    {
        await using var services = Services(collection => collection.Configure<ServiceDiscoveryOptions>(options =>
            (options.AllowAllSchemes, options.AllowedSchemes) = (false, ["https"])));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient();
        await Assert.ThrowsAsync<InvalidOperationException>(() => http.GetStringAsync(new Uri("http+https://nobody")));
    }

    [Fact]
    public void OnlyItsOwnClientsHaveGrpcsBalancerSwitchedOff()
    {
        var collection = new ServiceCollection();
        collection.AddHttpClient("with").AddServiceDiscovery().ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler());
        collection.AddHttpClient("without").ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler());
        using var services = collection.BuildServiceProvider();

        Assert.True(IsOff("with"));
        Assert.False(IsOff("without"));

        bool IsOff(string name)
        {
            HttpMessageHandler? handler = services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
            while (handler is DelegatingHandler { InnerHandler: var inner })
            {
                handler = inner;
            }

            return Assert.IsType<SocketsHttpHandler>(handler).Properties.ContainsKey("__GrpcLoadBalancingDisabled");
        }
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => Services(_ => { }, settings);

    private static ServiceProvider Services(Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, string? (pair) => pair.Value, StringComparer.Ordinal))
            .Build());
        collection.AddServiceDiscovery();
        collection.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        collection.AddHttpClient();
        configure(collection);
        return collection.BuildServiceProvider();
    }
}
