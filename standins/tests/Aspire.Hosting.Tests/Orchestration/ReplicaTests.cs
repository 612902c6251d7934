using System.Net.Http.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Hosting.Tests.Orchestration;

/// <summary>Several instances of a project behind one endpoint.</summary>
public sealed class ReplicaTests
{
    [Fact]
    public async Task ConnectionsAreSpreadAndADeadReplicaIsPassedOver()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddSample("web").WithHttpHealthCheck("/health").WithReplicas(3);
        await using var app = await builder.StartAsync();
        var replicas = await HealthyReplicasAsync(app, 3);
        var pids = replicas.Select(r => r.PidOf().ToString()).Order().ToArray();
        var url = app.GetEndpoint("web");

        Assert.Equal(pids, (await AnswersAsync(url, 30)).Distinct().Order());

        // Each replica has an address of its own, which is in its variables, and answers there without the proxy.
        foreach (var replica in replicas)
        {
            var own = new Uri(replica.Snapshot.EnvironmentVariables.Single(v => v.Name == "ASPNETCORE_URLS").Value!);
            Assert.NotEqual(url.Port, own.Port);
            Assert.Equal([replica.PidOf().ToString()], (await AnswersAsync(own, 3)).Distinct());
        }

        Assert.Equal(3, replicas.Select(r => r.Snapshot.EnvironmentVariables.Single(v => v.Name == "OTEL_RESOURCE_ATTRIBUTES").Value).Distinct().Count());

        var victim = replicas[0];
        AppHostProcess.KillAtOnce(victim.PidOf());
        var died = await app.ResourceNotifications.WaitForResourceAsync("web", e => e.ResourceId == victim.ResourceId && e.Snapshot.ExitCode is not null, Applications.TimeLimit);
        Assert.Equal(137, died.Snapshot.ExitCode);
        Assert.Equal(pids.Except([victim.PidOf().ToString()]), (await AnswersAsync(url, 30)).Distinct().Order());

        var restarted = await app.ResourceCommands.ExecuteCommandAsync(victim.ResourceId, KnownResourceCommands.StartCommand, Applications.TimeLimit);
        Assert.True(restarted.Success, restarted.Message);
        await app.ResourceNotifications.WaitForResourceAsync(
            "web",
            e => e.ResourceId == victim.ResourceId && e.Snapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy,
            Applications.TimeLimit);
        Assert.Equal(3, (await AnswersAsync(url, 30)).Distinct().Count());
    }

    [Fact]
    public async Task AReplicaThatIsNotHealthyGetsNoConnections()
    {
        using var files = new TemporaryFolder();
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddSample("web").WithHttpHealthCheck("/health").WithReplicas(2)
            .WithEnvironment("SAMPLE_HEALTHY_IF", files.File("healthy"));
        await File.WriteAllTextAsync(files.File("healthy"), "");
        await using var app = await builder.StartAsync();
        var replicas = await HealthyReplicasAsync(app, 2);

        // The one that starts anew is not healthy, and the other keeps what it was.
        AppHostProcess.KillAtOnce(replicas[0].PidOf());
        await app.ResourceNotifications.WaitForResourceAsync("web", e => e.ResourceId == replicas[0].ResourceId && e.Snapshot.ExitCode is not null, Applications.TimeLimit);

        Assert.Equal([replicas[1].PidOf().ToString()], (await AnswersAsync(app.GetEndpoint("web"), 10)).Distinct());
    }

    [Fact]
    public async Task ABigAnswerComesThroughWhole()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddSample("web").WithHttpHealthCheck("/health").WithReplicas(2).WithEnvironment("BIG", new string('x', 100_000));
        await using var app = await builder.StartAsync();
        await HealthyReplicasAsync(app, 2);
        using var client = app.CreateHttpClient("web");

        var variables = await client.GetFromJsonAsync<Dictionary<string, string>>("/environment", Applications.TimeLimit);

        Assert.Equal(100_000, variables!["BIG"].Length);
    }

    private static async Task<List<ResourceEvent>> HealthyReplicasAsync(DistributedApplication app, int count)
    {
        var healthy = new Dictionary<string, ResourceEvent>();
        await app.ResourceNotifications.WaitForResourceAsync(
            "web",
            e =>
            {
                if (e.Snapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy)
                {
                    healthy[e.ResourceId] = e;
                }

                return healthy.Count == count;
            },
            Applications.TimeLimit);
        return [.. healthy.Values];
    }

    private static async Task<List<string>> AnswersAsync(Uri url, int count)
    {
        var answers = new List<string>();
        for (var i = 0; i < count; i++)
        {
            // A connection of its own each time.
            using var client = new HttpClient();
            answers.Add(await client.GetStringAsync(url, Applications.TimeLimit));
        }

        return answers;
    }
}
