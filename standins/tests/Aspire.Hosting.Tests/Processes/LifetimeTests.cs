using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Tests.Processes;

/// <summary>How an app host in the foreground ends, and that it takes with it what it started.</summary>
public sealed partial class LifetimeTests
{
    // Five seconds are promised. The rest is for a machine that pauses; what is not ended on purpose stays for ever.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    public async Task ASignalStopsEverythingSoon(PosixSignal signal)
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["sleepers"]);
        var pids = await PidsOfSleepersAsync(appHost);

        appHost.Signal(signal);

        // "two" ignores SIGTERM, so it takes all the time that there is.
        await AppHostProcess.GoneAsync(appHost.Pid, Soon);
        Assert.Equal(0, await appHost.ExitCodeAsync());
        Assert.Empty(appHost.Errors);
        Assert.All(pids, pid => Assert.False(AppHostProcess.IsAlive(pid)));
    }

    [Fact]
    public async Task ASecondSignalEndsEverythingAtOnce()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["sleepers"]);
        var pids = await PidsOfSleepersAsync(appHost);
        appHost.Signal(PosixSignal.SIGINT);
        await appHost.LineAsync("^two +> Stopping");

        appHost.Signal(PosixSignal.SIGINT);

        Assert.Equal(130, await appHost.ExitCodeAsync());
        foreach (var pid in pids)
        {
            await AppHostProcess.GoneAsync(pid, Soon);
        }
    }

    [Fact]
    public async Task NothingSurvivesAnAppHostThatIsKilled()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["sleepers"]);
        var pids = await PidsOfSleepersAsync(appHost);

        appHost.KillAtOnce();

        foreach (var pid in pids)
        {
            await AppHostProcess.GoneAsync(pid, Soon);
        }
    }

    [Fact]
    public async Task WithoutUtilLinuxNoChildSurvivesEither()
    {
        using var data = new TemporaryFolder();
        using var tools = new TemporaryFolder();
        foreach (var tool in new[] { "bash", "sh", "sleep" })
        {
            File.CreateSymbolicLink(tools.File(tool), Aspire.Hosting.Processes.CommandPath.Find(tool)!);
        }

        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["sleepers"], new Dictionary<string, string?> { ["PATH"] = tools.Path, ["DOTNET_ROOT"] = DotnetRoot });
        var pids = await PidsOfSleepersAsync(appHost);

        appHost.KillAtOnce();

        // Without setsid there are no process groups, so the grandchild is out of reach.
        foreach (var pid in pids[..3])
        {
            await AppHostProcess.GoneAsync(pid, Soon);
        }

        AppHostProcess.KillAtOnce(pids[3]);
    }

    [Fact]
    public async Task AnAppHostThatIsKilledDoesNotKeepTheNextFromStarting()
    {
        using var data = new TemporaryFolder();
        int[] pids;
        await using (var killed = AppHostProcess.Start("Scenario.AppHost", data, ["sleepers"]))
        {
            pids = await PidsOfSleepersAsync(killed);
            killed.KillAtOnce();
            await AppHostProcess.GoneAsync(killed.Pid, Soon);
        }

        // "two" ignores SIGTERM, so it is still there when the next one is started.
        await using var next = AppHostProcess.Start("Scenario.AppHost", data, ["sleepers"]);
        await next.PidOfAsync("one");
        Assert.All(pids, pid => Assert.False(AppHostProcess.IsAlive(pid)));
    }

    [Fact]
    public async Task ACrashIsShownWithItsExitCodeAndTheOthersStay()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["crash"]);
        var ready = await appHost.LineAsync("All 2 resources are healthy");
        var steady = await appHost.PidOfAsync("steady");
        var url = UrlPattern().Match(ready).Value;

        using var client = new HttpClient();
        try
        {
            using var answer = await client.PostAsync(new Uri($"{url}/exit/42"), null);
        }
        catch (HttpRequestException)
        {
            // It ended before it had answered.
        }

        await appHost.LineAsync(@"^web +> Exited \(42\)$");
        await appHost.LineAsync(@"^web +\| .*run the same command; stored data is kept");
        Assert.True(AppHostProcess.IsAlive(steady));
        Assert.True(AppHostProcess.IsAlive(appHost.Pid));
        appHost.Signal(PosixSignal.SIGINT);
        Assert.Equal(0, await appHost.ExitCodeAsync());
    }

    private static string DotnetRoot => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private static async Task<int[]> PidsOfSleepersAsync(AppHostProcess appHost)
    {
        var grandchild = await appHost.LineAsync(@"^two +\| grandchild \d+");
        await appHost.LineAsync("All 3 resources are healthy");
        return
        [
            await appHost.PidOfAsync("one"),
            await appHost.PidOfAsync("two"),
            await appHost.PidOfAsync("web"),
            int.Parse(grandchild.Split(' ')[^1], CultureInfo.InvariantCulture),
        ];
    }

    [GeneratedRegex(@"http://localhost:\d+", RegexOptions.None, 1000)]
    private static partial Regex UrlPattern();
}
