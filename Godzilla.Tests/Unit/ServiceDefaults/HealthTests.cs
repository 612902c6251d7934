using System.Net;
using Godzilla.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class HealthTests
{
    [Fact]
    public async Task AServiceWithoutDependenciesIsHealthy()
    {
        await using var host = await ServiceHost.StartAsync("Production", configure: null, map: null);

        await BecomesAsync(host, HttpStatusCode.OK, """{"status":"ok","checks":{"self":"ok","warm-up":"ok"}}""");
        Assert.Equal("""{"status":"ok","checks":{"self":"ok"}}""", await host.Http.GetStringAsync("/alive"));
    }

    [Fact]
    public async Task ItIsUnhealthyUntilItsDependencyHasAnsweredOnceAndOnlyDegradedAfterwards()
    {
        var dependency = HealthCheckResult.Unhealthy("it is away");
        await using var host = await StartAsync("store", () => dependency);
        await BecomesAsync(host, HttpStatusCode.ServiceUnavailable, """{"status":"unhealthy","checks":{"store":"unhealthy: it is away","self":"ok","warm-up":"ok"}}""");

        dependency = HealthCheckResult.Healthy();
        await BecomesAsync(host, HttpStatusCode.OK, """{"status":"ok","checks":{"store":"ok","self":"ok","warm-up":"ok"}}""");

        dependency = HealthCheckResult.Unhealthy("it is away");
        await BecomesAsync(host, HttpStatusCode.OK, """{"status":"degraded","checks":{"store":"degraded: it is away","self":"ok","warm-up":"ok"}}""");

        dependency = HealthCheckResult.Healthy();
        await BecomesAsync(host, HttpStatusCode.OK, """{"status":"ok","checks":{"store":"ok","self":"ok","warm-up":"ok"}}""");
    }

    [Fact]
    public async Task ItIsUnhealthyUntilItsWarmUpHasSucceeded()
    {
        var attempts = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ServiceHost.StartAsync(
            "Production",
            builder => builder.Services.AddWarmUp((_, _) => Interlocked.Increment(ref attempts) < 3
                ? Task.FromException(new InvalidOperationException("password=hunter2"))
                : release.Task),
            map: null);

        await BecomesAsync(host, HttpStatusCode.ServiceUnavailable, """{"status":"unhealthy","checks":{"self":"ok","warm-up":"unhealthy: starting: InvalidOperationException"}}""");
        await Eventually.TrueAsync(() => Volatile.Read(ref attempts) == 3, "it tries again until it succeeds");
        Assert.Equal("""{"status":"ok","checks":{"self":"ok"}}""", await host.Http.GetStringAsync("/alive"));

        release.SetResult();
        await BecomesAsync(host, HttpStatusCode.OK, """{"status":"ok","checks":{"self":"ok","warm-up":"ok"}}""");
    }

    [Fact]
    public async Task ADependencyThatBlocksItsThreadHasFailedInASecondAndTheProcessIsAlive()
    {
        using var release = new ManualResetEventSlim();
        await using var host = await StartAsync("stuck", () =>
        {
            release.Wait();
            return HealthCheckResult.Healthy();
        });

        // Twice the contract's second, for a machine that is busy; a check that waited for its dependency would never answer.
        var limit = TimeSpan.FromSeconds(2);
        using var health = await host.Http.GetAsync("/health").WaitAsync(limit);
        using var again = await host.Http.GetAsync("/health").WaitAsync(limit);
        using var alive = await host.Http.GetAsync("/alive").WaitAsync(limit);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal(
            """{"status":"unhealthy","checks":{"stuck":"unhealthy: TimeoutException","self":"ok","warm-up":"ok"}}""",
            await again.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

        release.Set();
        await BecomesAsync(host, HttpStatusCode.OK, """{"status":"ok","checks":{"stuck":"ok","self":"ok","warm-up":"ok"}}""");
    }

    [Fact]
    public async Task AFloodOfProbesAsksTheDependencyOnce()
    {
        var asked = 0;
        using var release = new ManualResetEventSlim();
        await using var host = await StartAsync("counted", () =>
        {
            Interlocked.Increment(ref asked);
            release.Wait();
            return HealthCheckResult.Healthy();
        });

        var probes = Enumerable.Range(0, 20).Select(_ => host.Http.GetAsync("/health")).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref asked) > 0, "the dependency is asked");
        await Task.WhenAll(probes);

        Assert.Equal(1, asked);
        release.Set();
    }

    [Fact]
    public async Task AnExceptionsTextIsNotPublic()
    {
        await using var host = await StartAsync("broken", () => throw new InvalidOperationException("password=hunter2"));

        await BecomesAsync(
            host,
            HttpStatusCode.ServiceUnavailable,
            """{"status":"unhealthy","checks":{"broken":"unhealthy: InvalidOperationException","self":"ok","warm-up":"ok"}}""");
    }

    private static Task<ServiceHost> StartAsync(string name, Func<HealthCheckResult> check) =>
        ServiceHost.StartAsync("Production", builder => builder.Services.AddHealthChecks().AddCheck(name, check), map: null);

    // The warm-up runs in the background, and an answer is kept for a moment.
    private static async Task BecomesAsync(ServiceHost host, HttpStatusCode status, string body)
    {
        (HttpStatusCode Status, string Body) answer = default;
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    using var response = await host.Http.GetAsync("/health");
                    answer = (response.StatusCode, await response.Content.ReadAsStringAsync());
                    return answer == (status, body);
                },
                body);
        }
        catch (TimeoutException)
        {
            Assert.Equal((status, body), answer);
        }
    }
}
