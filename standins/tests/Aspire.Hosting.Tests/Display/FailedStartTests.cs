using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.Tests.Display;

/// <summary>An application that cannot start says why in one line, and leaves nothing running.</summary>
public sealed class FailedStartTests
{
    [Theory]
    [InlineData("fails-to-start", "web ended while it was starting: exit code 7, last output: .*a setting is missing")]
    [InlineData("missing-project", "ghost: it has not been built: there is no .*Nowhere")]
    [InlineData("missing-command", "ghost: the command 'no-such-command-anywhere' was not found")]
    [InlineData("circle", "wait for each other in a circle: first -> second -> first")]
    [InlineData("missing-parameter", @"the parameter 'api-key' has no value: set Parameters:api-key \(environment variable Parameters__api_key\)")]
    [InlineData("bad-parameter", "the parameter 'token' has no value: MinUpper is 2, but characters of that kind are not used")]
    public async Task TheReasonIsOneLine(string scenario, string reason)
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, [scenario]);

        await appHost.FailsAsync(reason);
    }

    [Fact]
    public async Task EveryPortThatIsTakenIsNamedWithItsOwner()
    {
        using var data = new TemporaryFolder();
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        string[] ports = [.. new[] { first, second }.Select(Listen)];
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["ports", .. ports]);

        var owner = $"is taken by .*pid {Environment.ProcessId}";
        await appHost.FailsAsync($@"web: port {ports[0]} \(endpoint 'http'\) {owner}; other: port {ports[1]} \(endpoint 'http'\) {owner}");

        static string Listen(TcpListener listener)
        {
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task AMissingRedisServerIsSaidWithTheWayToGetIt()
    {
        using var data = new TemporaryFolder();
        using var noTools = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["redis"], new Dictionary<string, string?>
        {
            ["PATH"] = noTools.Path,
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")),
        });

        await appHost.FailsAsync("redis: redis-server was not found; install it with: apt-get install redis-server");
    }

    [Fact]
    public async Task ADataFolderThatCannotBeWrittenIsNamed()
    {
        using var data = new TemporaryFolder();

        // Not even root creates a folder below a file.
        await File.WriteAllTextAsync(data.File("file"), "");
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["steady"], store: $"{data.File("file")}/below");

        await appHost.FailsAsync($"the data folder '{Regex.Escape(data.File("file"))}/below' cannot be written");
    }

    [Fact]
    public async Task ADataFolderBelongsToOneAppHost()
    {
        using var data = new TemporaryFolder();
        await using var first = AppHostProcess.Start("Scenario.AppHost", data, ["steady"]);
        await first.LineAsync("All 1 resources are healthy");
        await using var second = AppHostProcess.Start("Scenario.AppHost", data, ["steady"]);

        await second.FailsAsync("the data folder .* is in use by another app host");
        Assert.True(AppHostProcess.IsAlive(first.Pid));
    }

    [Fact]
    public void CirclesOfOneAndOfThreeAreFound()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var a = builder.AddExecutable("a", "true", "/");
        var b = builder.AddExecutable("b", "true", "/").WaitFor(a);
        var c = builder.AddExecutable("c", "true", "/").WaitFor(b);
        Assert.Null(WaitCycle.Find(builder.Resources));

        a.WaitForCompletion(c);

        Assert.Equal(["a", "c", "b", "a"], WaitCycle.Find(builder.Resources)!);
        Assert.Throws<DistributedApplicationException>(() => a.WaitFor(a));
    }
}
