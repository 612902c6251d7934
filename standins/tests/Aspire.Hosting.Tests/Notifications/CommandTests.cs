using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Tests.Notifications;

/// <summary>Stopping and starting single resources.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task AResourceIsStoppedAndStartedOnCommand()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddSample("web").WithHttpHealthCheck("/health");
        await using var app = await builder.StartAsync();
        var before = (await app.HealthyAsync("web")).PidOf();

        var stopped = await app.ResourceCommands.ExecuteCommandAsync("web", KnownResourceCommands.StopCommand, Applications.TimeLimit);

        Assert.True(stopped.Success, stopped.Message);
        Assert.False(AppHostProcess.IsAlive(before));
        Assert.Equal(KnownResourceStates.Exited, app.StateOf("web").Snapshot.State?.Text);
        Assert.Equal(0, app.StateOf("web").Snapshot.ExitCode);

        var started = await app.ResourceCommands.ExecuteCommandAsync("web", KnownResourceCommands.StartCommand, Applications.TimeLimit);

        Assert.True(started.Success, started.Message);
        var after = (await app.HealthyAsync("web")).PidOf();
        Assert.NotEqual(before, after);
        using var client = app.CreateHttpClient("web");
        Assert.Equal(after.ToString(), await client.GetStringAsync("/", Applications.TimeLimit));
    }

    [Fact]
    public async Task AResourceIsRestartedOnThePortThatItHad()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var web = builder.AddSample("web").WithHttpHealthCheck("/health");
        await using var app = await builder.StartAsync();
        var before = (await app.HealthyAsync("web")).PidOf();
        var url = app.GetEndpoint("web");

        var restarted = await app.ResourceCommands.ExecuteCommandAsync(web.Resource, KnownResourceCommands.RestartCommand, Applications.TimeLimit);

        Assert.True(restarted.Success, restarted.Message);
        Assert.NotEqual(before, (await app.HealthyAsync("web")).PidOf());
        Assert.Equal(url, app.GetEndpoint("web"));
    }

    [Fact]
    public async Task AResourceThatWasKilledIsShownWithItsExitCodeAndStartsAgain()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddSample("web").WithHttpHealthCheck("/health");
        builder.AddExecutable("other", "sleep", "/", "1000");
        await using var app = await builder.StartAsync();
        var pid = (await app.HealthyAsync("web")).PidOf();

        AppHostProcess.KillAtOnce(pid);

        var died = await app.WaitAsync("web", s => s.ExitCode == 137);
        Assert.Equal(KnownResourceStates.Exited, died.Snapshot.State?.Text);
        Assert.DoesNotContain(died.Snapshot.Properties, p => p.Name == "executable.pid");
        Assert.Equal(KnownResourceStates.Running, app.StateOf("other").Snapshot.State?.Text);

        var restarted = await app.ResourceCommands.ExecuteCommandAsync("web", KnownResourceCommands.RestartCommand, Applications.TimeLimit);
        Assert.True(restarted.Success, restarted.Message);
        await app.HealthyAsync("web");
    }

    [Fact]
    public async Task ACommandOfTheAppHostsOwnIsCarriedOut()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("tool", "sleep", "/", "1000").WithCommand("greet", "Greet", context =>
        {
            context.Logger.Log(LogLevel.Information, default, context.ResourceName, null, (name, _) => $"hello from {name}");
            return Task.FromResult(CommandResults.Failure("too shy"));
        });
        await using var app = await builder.StartAsync();
        var id = (await app.HealthyAsync("tool")).ResourceId;

        var result = await app.ResourceCommands.ExecuteCommandAsync("tool", "greet", Applications.TimeLimit);

        Assert.False(result.Success);
        Assert.Equal("too shy", result.Message);
        await app.LineOfAsync("tool", $"hello from {id}");
    }

    [Fact]
    public async Task AProcessThatDoesNotStopIsStopped()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddSample("deaf").WithHttpHealthCheck("/health").WithEnvironment("SAMPLE_IGNORES_SIGTERM", "yes");
        await using var app = await builder.StartAsync();
        var pid = (await app.HealthyAsync("deaf")).PidOf();

        await app.ResourceCommands.ExecuteCommandAsync("deaf", KnownResourceCommands.StopCommand, Applications.TimeLimit);

        Assert.False(AppHostProcess.IsAlive(pid));
    }

    [Fact]
    public async Task WhatCannotBeDoneIsSaid()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("tool", "sleep", "/", "1000");
        await using var app = await builder.StartAsync();

        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("nobody", KnownResourceCommands.StartCommand, Applications.TimeLimit)).Success);
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("tool", "dance", Applications.TimeLimit)).Success);
    }
}
