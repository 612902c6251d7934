using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Godzilla.StandIns.Tests;

/// <summary>The feed's proxy was compiled against the real assembly; this shows that it finds this one, and the method that it calls.</summary>
public class ReverseProxyTests
{
    [Fact]
    public async Task HashedSessionAffinityKeepsAClientAtItsDestination()
    {
        await using var first = await StartAsync(app => app.MapGet("/", () => "first"));
        await using var second = await StartAsync(app => app.MapGet("/", () => "second"));
        await using var proxy = await StartAsync(
            app => app.MapReverseProxy(),
            services => services.AddReverseProxy().LoadFromMemory(
                [new RouteConfig { RouteId = "all", ClusterId = "all", Match = new() { Path = "{**rest}" } }],
                [
                    new ClusterConfig
                    {
                        ClusterId = "all",
                        LoadBalancingPolicy = "RoundRobin",
                        SessionAffinity = new() { Enabled = true, Policy = "HashCookie", AffinityKeyName = "at" },
                        Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal)
                        {
                            ["first"] = new() { Address = first.Urls.Single() },
                            ["second"] = new() { Address = second.Urls.Single() },
                        },
                    },
                ]));

        // Two clients, so that the rotation would tell if it went on.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() });
            var url = new Uri(proxy.Urls.Single());
            var answer = await client.GetStringAsync(url);
            Assert.Contains(answer, (string[])["first", "second"]);
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(answer, await client.GetStringAsync(url));
            }
        }
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplication> map, Action<IServiceCollection>? add = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        add?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
