using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Tests.Orchestration;

/// <summary>Who starts after whom.</summary>
public sealed class WaitingTests
{
    [Fact]
    public async Task AResourceStartsOnceWhatItWaitsForIsHealthy()
    {
        using var files = new TemporaryFolder();
        using var builder = DistributedApplicationTestingBuilder.Create();
        var slow = builder.AddSample("slow").WithHttpHealthCheck("/health").WithEnvironment("SAMPLE_HEALTHY_IF", files.File("healthy"));
        builder.AddExecutable("after", "touch", files.Path, files.File("started")).WaitFor(slow);
        await using var app = await builder.StartAsync();

        // It answers, and says that it is not well.
        var unhealthy = await app.WaitAsync("slow", s => s.HealthReports.Any(r => r.Description?.Contains("503", StringComparison.Ordinal) == true));
        Assert.Equal(HealthStatus.Unhealthy, unhealthy.Snapshot.HealthStatus);
        Assert.Equal(KnownResourceStates.Waiting, app.StateOf("after").Snapshot.State?.Text);
        Assert.False(File.Exists(files.File("started")));

        await File.WriteAllTextAsync(files.File("healthy"), "");

        await app.HealthyAsync("slow");
        await app.WaitAsync("after", s => s.ExitCode == 0);
        Assert.True(File.Exists(files.File("started")));
    }

    [Fact]
    public async Task AResourceThatIsHealthyAndThenIsNotIsShownSo()
    {
        var status = HealthStatus.Healthy;
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("mood", () => new HealthCheckResult(status, "as told"));
        builder.AddExecutable("moody", "sleep", "/", "1000").WithHealthCheck("mood");
        await using var app = await builder.StartAsync();
        await app.HealthyAsync("moody");

        status = HealthStatus.Unhealthy;
        await app.WaitAsync("moody", s => s.HealthStatus == HealthStatus.Unhealthy);
        status = HealthStatus.Healthy;
        await app.HealthyAsync("moody");
    }

    [Fact]
    public async Task AResourceWhoseDependencyEndsFailsToStartAndSaysWhy()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var broken = builder.AddSample("broken").WithHttpHealthCheck("/health").WithEnvironment("SAMPLE_EXIT_CODE_AT_START", "7");
        builder.AddExecutable("after", "sleep", "/", "1000").WaitFor(broken);
        await using var app = await builder.StartAsync();

        var failed = await app.WaitAsync("after", s => s.State?.Text == KnownResourceStates.FailedToStart);

        var line = await app.LineOfAsync("after", "could not be started");
        Assert.Contains("'broken'", line, StringComparison.Ordinal);
        Assert.Contains("exit code 7", line, StringComparison.Ordinal);
        Assert.Contains("a setting is missing", line, StringComparison.Ordinal);
        Assert.Null(failed.Snapshot.HealthStatus);
        Assert.Equal(7, app.StateOf("broken").Snapshot.ExitCode);
        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.HealthyAsync("after"));
        Assert.Contains("after", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AResourceWhoseDependencyCannotStartFailsToStart()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var ghost = builder.AddExecutable("ghost", "no-such-command-anywhere", "/");
        builder.AddExecutable("after", "sleep", "/", "1000").WaitFor(ghost);
        builder.AddExecutable("next", "sleep", "/", "1000");
        await using var app = await builder.StartAsync();

        await app.WaitAsync("after", s => s.State?.Text == KnownResourceStates.FailedToStart);

        Assert.Contains("no-such-command-anywhere", await app.LineOfAsync("ghost", "could not be started"), StringComparison.Ordinal);
        await app.HealthyAsync("next");
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(4, 4, true)]
    [InlineData(4, 0, false)]
    public async Task CompletionIsWaitedForWithItsExitCode(int exitCode, int expected, bool starts)
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var job = builder.AddExecutable("job", "bash", "/", "-c", $"exit {exitCode}");
        builder.AddExecutable("after", "sleep", "/", "1000").WaitForCompletion(job, expected);
        await using var app = await builder.StartAsync();

        var reached = await app.WaitAsync("after", s => s.State?.Text == KnownResourceStates.Running || s.State?.Text == KnownResourceStates.FailedToStart);

        Assert.Equal(starts ? KnownResourceStates.Running : KnownResourceStates.FailedToStart, reached.Snapshot.State?.Text);
    }

    [Fact]
    public async Task AStartIsWaitedForWhateverTheHealth()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy());
        var sick = builder.AddExecutable("sick", "sleep", "/", "1000").WithHealthCheck("never");
        builder.AddExecutable("after", "sleep", "/", "1000").WaitForStart(sick);
        await using var app = await builder.StartAsync();

        await app.HealthyAsync("after");

        Assert.Equal(HealthStatus.Unhealthy, app.StateOf("sick").Snapshot.HealthStatus);
    }

    [Fact]
    public async Task WhoeverWaitsForAResourceWaitsForWhatHappensWhenItIsReady()
    {
        var mayGoOn = new TaskCompletionSource();
        var called = new TaskCompletionSource();
        using var builder = DistributedApplicationTestingBuilder.Create();
        var first = builder.AddExecutable("first", "sleep", "/", "1000").OnResourceReady((_, _, _) =>
        {
            called.SetResult();
            return mayGoOn.Task;
        });
        builder.AddExecutable("after", "sleep", "/", "1000").WaitFor(first);
        await using var app = await builder.StartAsync();
        await called.Task.WaitAsync(Applications.TimeLimit);
        Assert.Equal(KnownResourceStates.Waiting, app.StateOf("after").Snapshot.State?.Text);

        mayGoOn.SetResult();

        await app.HealthyAsync("after");
    }
}
