using System.Net;
using Godzilla.Tests.System.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Godzilla.Tests.System.Gateway;

/// <summary>A gateway in front of replicas of a service that come, go and break, on a route that needs no session.</summary>
public sealed class UpstreamTests
{
    [Fact]
    public async Task RequestsGoToReplicasInTurn()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var other = await Upstream.StartAsync("other");
        using var gateway = await GatewayAsync(one, other);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => gateway.Http.GetStringAsync("/upstream")));

        Assert.Equal(5, answers.Count(answer => answer == "one"));
        Assert.Equal(5, answers.Count(answer => answer == "other"));
    }

    [Fact]
    public async Task AReplicaThatRefusesIsSkippedByWhatCanBeSentAgain()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var gone = await Upstream.StartAsync("gone");
        using var gateway = await GatewayAsync(one, gone);
        await gone.DisposeAsync();

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("one", await gateway.Http.GetStringAsync("/upstream"));
        }
    }

    [Fact]
    public async Task WhatMayHaveBeenDoneIsNotSentAgain()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var gone = await Upstream.StartAsync("gone");
        using var gateway = await GatewayAsync(one, gone);
        await gone.DisposeAsync();

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 2; i++)
        {
            using var response = await gateway.Http.PostAsync("/upstream", content: null);
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadGateway], statuses.Order());
    }

    [Fact]
    public async Task AnAnswerThatBreaksOffIsNotAskedForAgain()
    {
        await using var one = await Upstream.StartAsync("one");
        using var gateway = await GatewayAsync(one);

        using var response = await gateway.Http.GetAsync("/upstream?break=true");

        await Envelope.AssertAsync(HttpStatusCode.BadGateway, response);
        Assert.Equal(1, one.Requests);
    }

    [Fact]
    public async Task AReplicaThatIsNotReadyGetsNoRequests()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var ending = await Upstream.StartAsync("ending");
        using var gateway = await GatewayAsync(one, ending);

        ending.IsReady = false;

        await Eventually.TrueAsync(
            async () => (await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => gateway.Http.GetStringAsync("/upstream")))).All(answer => answer == "one"),
            "only the other replica is asked");
    }

    [Fact]
    public async Task WithoutAnyReplicaTheAnswerIsBadGateway()
    {
        await using var gone = await Upstream.StartAsync("gone");
        using var gateway = await GatewayAsync(gone);
        await gone.DisposeAsync();

        using var response = await gateway.Http.GetAsync("/upstream");

        await Envelope.AssertAsync(HttpStatusCode.BadGateway, response);
    }

    private static async Task<Gateway> GatewayAsync(params Upstream[] replicas)
    {
        (string Key, string Value)[] settings =
        [
            ("ReverseProxy__Routes__upstream__ClusterId", "chat"),
            ("ReverseProxy__Routes__upstream__Match__Path", "/upstream"),
            ("ReverseProxy__Routes__upstream__Metadata__Session", "None"),
            ("ReverseProxy__Clusters__chat__HealthCheck__Active__Interval", "00:00:00.5"),
            .. replicas.Select((replica, i) => ($"services__chat__http__{i}", replica.Address.ToString())),
        ];
        var process = ServiceProcess.Start("Gateway", settings);
        return new Gateway(process, GodzillaApp.CreateClient(await process.AddressAsync()));
    }

    private sealed record Gateway(ServiceProcess Process, HttpClient Http) : IDisposable
    {
        public void Dispose()
        {
            Http.Dispose();
            Process.Dispose();
        }
    }

    /// <summary>A service that says who it is.</summary>
    private sealed class Upstream : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _requests;

        private Upstream(string name)
        {
            var builder = TestHost.CreateBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            _app = builder.Build();
            _app.MapGet("/health", () => IsReady ? Results.Ok() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
            _app.MapMethods("/upstream", ["GET", "POST"], async context =>
            {
                Interlocked.Increment(ref _requests);
                if (context.Request.Query.ContainsKey("break"))
                {
                    context.Abort();
                    return;
                }

                await context.Response.WriteAsync(name);
            });
        }

        public bool IsReady { get; set; } = true;

        public int Requests => _requests;

        public Uri Address => new(_app.Urls.Single());

        public static async Task<Upstream> StartAsync(string name)
        {
            var upstream = new Upstream(name);
            await upstream._app.StartAsync();
            return upstream;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }
}
