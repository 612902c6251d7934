using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class HealthTests
{
    [Fact]
    public async Task HealthyIsSaidWithoutDetails()
    {
        await using var host = await ServiceHost.StartAsync("Production", configure: null, map: null);

        Assert.Equal("""{"status":"ok","checks":{"self":"ok"}}""", await host.Http.GetStringAsync("/health"));
        Assert.Equal("""{"status":"ok","checks":{"self":"ok"}}""", await host.Http.GetStringAsync("/alive"));
    }

    [Fact]
    public async Task ADependencyThatBlocksItsThreadIsUnhealthyInASecondAndTheProcessIsAlive()
    {
        using var release = new ManualResetEventSlim();
        await using var host = await ServiceHost.StartAsync(
            "Production",
            builder => builder.Services.AddHealthChecks().AddCheck("stuck", () =>
            {
                release.Wait();
                return HealthCheckResult.Healthy();
            }),
            map: null);

        // Twice the contract's second, for a machine that is busy; a check that waited for its dependency would never answer.
        var limit = TimeSpan.FromSeconds(2);
        using var health = await host.Http.GetAsync("/health").WaitAsync(limit);
        using var again = await host.Http.GetAsync("/health").WaitAsync(limit);
        using var alive = await host.Http.GetAsync("/alive").WaitAsync(limit);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal("""{"status":"unhealthy","checks":{"stuck":"unhealthy","self":"ok"}}""", await again.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

        release.Set();
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await host.Http.GetAsync("/health");
                return response.IsSuccessStatusCode;
            },
            "healthy when the dependency answers again");
    }

    [Fact]
    public async Task AFloodOfProbesAsksTheDependencyOnce()
    {
        var asked = 0;
        using var release = new ManualResetEventSlim();
        await using var host = await ServiceHost.StartAsync(
            "Production",
            builder => builder.Services.AddHealthChecks().AddCheck("counted", () =>
            {
                Interlocked.Increment(ref asked);
                release.Wait();
                return HealthCheckResult.Healthy();
            }),
            map: null);

        var probes = Enumerable.Range(0, 20).Select(_ => host.Http.GetAsync("/health")).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref asked) > 0), "the dependency is asked");
        await Task.WhenAll(probes);

        Assert.Equal(1, asked);
        release.Set();
    }

    [Fact]
    public async Task AnExceptionsTextIsNotPublic()
    {
        await using var host = await ServiceHost.StartAsync(
            "Production",
            builder => builder.Services.AddHealthChecks().AddCheck(
                "broken", () => throw new InvalidOperationException("password=hunter2")),
            map: null);

        using var health = await host.Http.GetAsync("/health");

        Assert.Equal("""{"status":"unhealthy","checks":{"broken":"unhealthy","self":"ok"}}""", await health.Content.ReadAsStringAsync());
    }
}
