using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Dashboard.Tests;

/// <summary>The app host and its dashboard as two programs.</summary>
public sealed class AppHostTests
{
    [Fact]
    public async Task WhereItsPortIsTakenOneLineSaysSoAndTheApplicationRuns()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var variables = AppHostRun.Variables();
        variables["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");
        var data = Directory.CreateTempSubdirectory("aspire-dashboard-tests-").FullName;

        await using (var appHost = AppHostRun.Start(data, variables))
        {
            await appHost.LineAsync(@"> \S+ All \d resources are healthy");
            Assert.Matches($@"There is no dashboard in this run: port {port} \(ASPNETCORE_URLS\) is taken by ", Assert.Single(appHost.Lines, l => l.StartsWith("dashboard ", StringComparison.Ordinal)));
            Assert.Contains(appHost.Lines, l => l.EndsWith("otlp=none", StringComparison.Ordinal));
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task ResourcesExportToIt()
    {
        var variables = AppHostRun.Variables();
        var data = Directory.CreateTempSubdirectory("aspire-dashboard-tests-").FullName;
        await using (var appHost = AppHostRun.Start(data, variables))
        {
            await appHost.LineAsync($"otlp={variables["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]} grpc x-otlp-api-key=[0-9a-f]{{32}}$");
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task AfterAKillTheNextRunHasADashboardAgain()
    {
        var variables = AppHostRun.Variables();
        var data = Directory.CreateTempSubdirectory("aspire-dashboard-tests-").FullName;
        await using (var killed = AppHostRun.Start(data, variables))
        {
            await killed.LineAsync("Login to the dashboard");

            // Frozen, it holds its ports until it is killed too, three seconds later.
            ProgramProcess.Freeze(killed.ChildWith("Aspire.Dashboard.dll"));
            ProgramProcess.KillAtOnce(killed.Pid);
            await using var next = AppHostRun.Start(data, variables);
            await next.LineAsync("Login to the dashboard");
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task ItTakesTelemetryUntilTheLastResourceHasEnded()
    {
        var variables = AppHostRun.Variables();
        var data = Directory.CreateTempSubdirectory("aspire-dashboard-tests-").FullName;
        await using (var appHost = AppHostRun.Start(data, variables))
        {
            await appHost.LineAsync("Login to the dashboard");
            await appHost.LineAsync(@"> \S+ All \d resources are healthy");
            var dashboard = appHost.ChildWith("Aspire.Dashboard.dll");

            // Frozen, it is waited for.
            ProgramProcess.Freeze(int.Parse(await appHost.LineAsync(@"(?<=^victim +> \S+ Running.*pid )\d+"), CultureInfo.InvariantCulture));
            ProgramProcess.Terminate(appHost.Pid);
            await appHost.LineAsync(@"^talker +> \S+ Exited");

            using var http = new HttpClient();
            using var export = await http.PostAsync(new Uri(variables["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] + "/v1/traces"), content: null);
            Assert.Equal(HttpStatusCode.Unauthorized, export.StatusCode);
            Assert.Equal(0, await appHost.ExitCodeAsync());
            Assert.False(Directory.Exists($"/proc/{dashboard}"));
            Assert.DoesNotContain(appHost.Lines, line => line.Contains("The dashboard has ended", StringComparison.Ordinal));
        }

        Directory.Delete(data, recursive: true);
    }
}
