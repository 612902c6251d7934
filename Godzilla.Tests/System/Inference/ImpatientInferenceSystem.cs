using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Inference;

/// <summary>The tests that share one running system with models and may harm it: each leaves it working. Its times are so short that a test can wait for them.</summary>
[CollectionDefinition(Name)]
public sealed class ImpatientInferenceSystem : ICollectionFixture<ImpatientInferenceApp>
{
    public const string Name = "impatient inference system";
}

/// <summary>The whole system with two gateways, two replicas of inference, upstreams of the tests and short times.</summary>
public sealed class ImpatientInferenceApp : InferenceApp
{
    /// <summary>So many attempts within ten seconds, half of them failed, and an upstream is left alone.</summary>
    public const int BreakAfter = 6;

    // Of one host the circuit is one, so each that fails has a host of its own.
    private readonly Dictionary<string, ScriptedUpstream> _hosts = new(StringComparer.Ordinal);

    internal ScriptedUpstream Flaky => _hosts["flaky"];

    internal ScriptedUpstream Shaky => _hosts["shaky"];

    protected override async Task StartHostsAsync()
    {
        foreach (var name in new[] { "flaky", "shaky", "down" })
        {
            _hosts[name] = await ScriptedUpstream.StartAsync();
        }
    }

    protected override async Task DisposeHostsAsync()
    {
        foreach (var host in _hosts.Values)
        {
            await host.DisposeAsync();
        }
    }

    protected override Uri HostOf(string upstream) => _hosts.TryGetValue(upstream, out var host) ? host.Address : base.HostOf(upstream);

    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        base.Configure(builder);
        builder.CreateResourceBuilder<ProjectResource>("inference")
            .WithEnvironment("Upstreams__Retries", "1")
            .WithEnvironment("Upstreams__BreakAfter", BreakAfter.ToString(CultureInfo.InvariantCulture))
            .WithEnvironment("Upstreams__BreakFor", "00:00:02")
            .WithEnvironment("Upstreams__FirstToken", "00:00:03")
            .WithEnvironment("Generation__KeepAlive", "00:00:30") // What fails before its first word has its status.
            .WithEnvironment("Generation__Deadline", "00:00:10")
            .WithEnvironment("Admission__MaxWait", "00:00:01")
            .WithEnvironment("Resumption__Lease", "00:00:01")
            .WithEnvironment("Budgets__Lease", "00:00:05");
    }
}
