using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Godzilla.StandIns.Tests;

public class ReverseProxyTests
{
    [Fact]
    public async Task DestinationsNameServicesAndFollowTheirConfiguration()
    {
        await using var first = await Place.StartAsync("first");
        await using var second = await Place.StartAsync("second");
        await using var third = await Place.StartAsync("third");
        IConfigurationRoot? configuration = null;
        await using var proxy = await Place.StartAsync(
            app => app.MapReverseProxy(),
            configure: builder =>
            {
                configuration = builder.Configuration;
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["services:accounts:http:0"] = first.Address,
                    ["services:accounts:http:1"] = second.Address,
                    ["services:presence:grpc:0"] = third.Address,
                    ["ReverseProxy:Routes:accounts:ClusterId"] = "accounts",
                    ["ReverseProxy:Routes:accounts:Match:Path"] = "/user/{**rest}",
                    ["ReverseProxy:Routes:presence:ClusterId"] = "presence",
                    ["ReverseProxy:Routes:presence:Match:Path"] = "/presence/{**rest}",
                    ["ReverseProxy:Clusters:accounts:LoadBalancingPolicy"] = "RoundRobin",
                    ["ReverseProxy:Clusters:accounts:Destinations:all:Address"] = "http://accounts",
                    ["ReverseProxy:Clusters:presence:Destinations:all:Address"] = "http://_grpc.presence/base",
                });
                builder.Services.AddServiceDiscovery();
                builder.Services.AddReverseProxy()
                    .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
                    .AddServiceDiscoveryDestinationResolver();
            });
        using var http = new HttpClient { BaseAddress = new Uri(proxy.Address) };

        var answers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 4; i++)
        {
            answers.Add(await http.GetStringAsync(new Uri("/user/login", UriKind.Relative)));
        }

        Assert.Equal(["first /user/login 127.0.0.1", "second /user/login 127.0.0.1"], answers.Order());
        Assert.Equal("third /base/presence/online 127.0.0.1", await http.GetStringAsync(new Uri("/presence/online", UriKind.Relative)));

        configuration!["services:accounts:http:0"] = third.Address;
        configuration["services:accounts:http:1"] = third.Address;
        configuration.Reload();
        await Eventually.IsTrue(
            async () => (await http.GetStringAsync(new Uri("/user/login", UriKind.Relative))).StartsWith("third", StringComparison.Ordinal),
            "the proxy follows the service");
    }

    [Fact]
    public async Task AServiceThatIsNotConfiguredIsABadGateway()
    {
        await using var proxy = await Place.StartAsync(
            app => app.MapReverseProxy(),
            configure: builder =>
            {
                builder.Configuration["ReverseProxy:Routes:all:ClusterId"] = "all";
                builder.Configuration["ReverseProxy:Routes:all:Match:Path"] = "{**rest}";
                builder.Configuration["ReverseProxy:Clusters:all:Destinations:all:Address"] = "http://127.0.0.1:1";
                builder.Services.AddServiceDiscovery();
                builder.Services.AddReverseProxy()
                    .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
                    .AddServiceDiscoveryDestinationResolver();
            });
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(proxy.Address));
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Fact]
    public async Task TheForwarderTakesServicesForAddresses()
    {
        await using var place = await Place.StartAsync("place");
        await using var proxy = await Place.StartAsync(
            app =>
            {
                var client = app.Services.GetRequiredService<IForwarderHttpClientFactory>().CreateClient(
                    new ForwarderHttpClientContext { NewConfig = Yarp.ReverseProxy.Configuration.HttpClientConfig.Empty });
                app.Map("/{**rest}", async (HttpContext context, IHttpForwarder forwarder) =>
                {
                    Assert.Equal(ForwarderError.None, await forwarder.SendAsync(context, "http://accounts", client));
                });
            },
            configure: builder =>
            {
                builder.Configuration["services:accounts:http:0"] = place.Address;
                builder.Services.AddServiceDiscovery();
                builder.Services.AddHttpForwarderWithServiceDiscovery();
            });
        using var http = new HttpClient();
        Assert.StartsWith("place /user ", await http.GetStringAsync(new Uri($"{proxy.Address}/user")), StringComparison.Ordinal);
    }
}
