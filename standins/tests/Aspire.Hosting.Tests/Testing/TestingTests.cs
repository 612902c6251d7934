using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Tests.Testing;

/// <summary>An app host in a test.</summary>
public sealed class TestingTests
{
    // Five seconds are promised. The rest is for a machine that pauses; what is not ended on purpose stays for ever.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [RedisFact]
    public async Task TwoApplicationsInOneProcessDoNotDisturbEachOther()
    {
        await using var firstBuilder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(Applications.TimeLimit);
        await using var secondBuilder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(Applications.TimeLimit);
        await using var first = await firstBuilder.StartAsync();
        await using var second = await secondBuilder.StartAsync();
        var pids = new[] { (await first.HealthyAsync("front")).PidOf(), (await second.HealthyAsync("front")).PidOf() };

        Assert.NotEqual(first.GetEndpoint("front"), second.GetEndpoint("front"));
        Assert.NotEqual(18431, first.GetEndpoint("front").Port);
        Assert.NotEqual(
            await first.GetConnectionStringAsync("redis", Applications.TimeLimit),
            await second.GetConnectionStringAsync("redis", Applications.TimeLimit));
        Assert.NotEqual(
            await first.GetConnectionStringAsync("mongodb", Applications.TimeLimit),
            await second.GetConnectionStringAsync("mongodb", Applications.TimeLimit));

        await first.DisposeAsync();

        Assert.False(AppHostProcess.IsAlive(pids[0]));
        using var client = second.CreateHttpClient("front");
        Assert.Equal(pids[1].ToString(), await client.GetStringAsync("/", Applications.TimeLimit));
    }

    [RedisFact]
    public async Task DisposingLeavesNothingBehind()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(Applications.TimeLimit);
        var app = await builder.StartAsync();
        var pids = new List<int>();
        foreach (var name in new[] { "redis", "mongodb", "backend", "front" })
        {
            pids.Add((await app.HealthyAsync(name)).PidOf());
        }

        var data = builder.Configuration["Aspire:Store:Path"]!;
        Assert.True(Directory.Exists(Path.Combine(data, "mongodb-data")));
        var waiting = app.ResourceNotifications.WaitForResourceAsync("front", "Never");
        var time = Stopwatch.StartNew();

        await app.DisposeAsync();

        Assert.InRange(time.Elapsed, TimeSpan.Zero, Soon);
        Assert.All(pids, pid => Assert.False(AppHostProcess.IsAlive(pid)));
        Assert.False(Directory.Exists(data));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task DisposingEndsAProcessThatDoesNotWantTo()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("deaf", "bash", "/", "-c", "trap '' TERM; echo ready; while true; do sleep 1; done");
        var app = await builder.StartAsync();
        var pid = (await app.HealthyAsync("deaf")).PidOf();
        await foreach (var lines in app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(app.Resource("deaf")))
        {
            if (lines.Any(l => l.Content.EndsWith(" ready", StringComparison.Ordinal)))
            {
                break;
            }
        }

        var time = Stopwatch.StartNew();
        await app.DisposeAsync();

        Assert.InRange(time.Elapsed, TimeSpan.Zero, Soon);
        Assert.False(AppHostProcess.IsAlive(pid));
    }

    [Fact]
    public async Task DisposingDoesNotHangWhereverTheApplicationIs()
    {
        // Not built, built but not started, and in the middle of a start that never comes to its end.
        var unbuilt = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Scenario_AppHost>(["steady"], Applications.TimeLimit);
        var data = unbuilt.Configuration["Aspire:Store:Path"]!;
        await unbuilt.DisposeAsync().AsTask().WaitAsync(Soon);
        Assert.False(Directory.Exists(data));

        var unstarted = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Scenario_AppHost>(["steady"], Applications.TimeLimit);
        await using (await unstarted.BuildAsync(Applications.TimeLimit))
        {
            await unstarted.DisposeAsync().AsTask().WaitAsync(Soon);
        }

        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy());
        builder.AddExecutable("after", "sleep", "/", "1000").WaitFor(builder.AddExecutable("never", "sleep", "/", "1000").WithHealthCheck("never"));
        var starting = await builder.BuildAsync(Applications.TimeLimit);
        await starting.StartAsync(Applications.TimeLimit);
        await starting.DisposeAsync().AsTask().WaitAsync(Soon);
    }

    [Fact]
    public async Task WhatTheTestChangesBeforeBuildingCounts()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Scenario_AppHost>(["parameter"], Applications.TimeLimit);
        builder.Configuration["Parameters:token"] = "changed";
        builder.AddExecutable("added", "sleep", "/", "1000");
        builder.Services.AddSingleton("a service of the test's own");
        await using var app = await builder.StartAsync();

        await app.HealthyAsync("added");
        var say = await app.HealthyAsync("say");

        Assert.Equal("changed", say.Snapshot.EnvironmentVariables.Single(v => v.Name == "TOKEN").Value);
        Assert.Equal("a service of the test's own", app.Services.GetRequiredService<string>());
    }

    [Fact]
    public async Task ResourcesCanBeTakenOut()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Scenario_AppHost>(["crash"], Applications.TimeLimit);
        builder.Resources.Remove(builder.Resources.Single(r => r.Name == "web"));
        await using var app = await builder.StartAsync();

        await app.HealthyAsync("steady");
        await Assert.ThrowsAsync<DistributedApplicationException>(() => app.HealthyAsync("web"));
        Assert.Throws<ArgumentException>(() => app.CreateHttpClient("web"));
    }

    [Fact]
    public async Task AnAppHostThatThrowsFailsTheTestWithItsOwnException()
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(
            () => DistributedApplicationTestingBuilder.CreateAsync<Projects.Scenario_AppHost>(["nonsense"], Applications.TimeLimit));

        Assert.Contains("nonsense", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnApplicationThatCannotStartFailsTheTest()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Scenario_AppHost>(["missing-parameter"], Applications.TimeLimit);
        await using var app = await builder.BuildAsync(Applications.TimeLimit);

        await Assert.ThrowsAsync<MissingParameterValueException>(() => app.StartAsync(Applications.TimeLimit));
    }

    [Fact]
    public async Task ArgumentsReachTheAppHost()
    {
        using var data = new TemporaryFolder();
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Scenario_AppHost>(
            ["steady", "--Some:Key=value", $"--Aspire:Store:Path={data.File("store")}"], Applications.TimeLimit);

        Assert.Equal("value", builder.Configuration["Some:Key"]);
        Assert.EndsWith("Scenario.AppHost", builder.AppHostDirectory, StringComparison.Ordinal);
        await using var app = await builder.StartAsync();
        await app.HealthyAsync("steady");
        Assert.True(Directory.Exists(data.File("store")));
    }

    [Fact]
    public async Task WhatAResourceWritesCanBeRead()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("talker", "bash", "/", "-c", "echo one; echo two >&2; sleep 1000");
        await using var app = await builder.StartAsync();
        var loggers = app.Services.GetRequiredService<ResourceLoggerService>();
        var seen = new List<LogLine>();

        await foreach (var lines in loggers.WatchAsync(app.Resource("talker")).WithCancellation(Applications.TimeLimit))
        {
            seen.AddRange(lines);
            if (seen.Count >= 2)
            {
                break;
            }
        }

        Assert.Contains(seen, l => l is { IsErrorMessage: false } && l.Content.EndsWith(" one", StringComparison.Ordinal));
        Assert.Contains(seen, l => l is { IsErrorMessage: true } && l.Content.EndsWith(" two", StringComparison.Ordinal));
    }
}
