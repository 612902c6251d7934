using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests;

/// <summary>The tests that share one running system with two replicas of every service. Each leaves all of them running.</summary>
[CollectionDefinition(Name)]
public sealed class ReplicatedSystem : ICollectionFixture<ReplicatedApp>
{
    public const string Name = "replicated system";
}

/// <summary>The whole system with two replicas of every service.</summary>
public sealed class ReplicatedApp : GodzillaApp
{
    /// <summary>How many may register at once from one address here; hardly any come back while a test runs.</summary>
    public const int RegistrationBurst = 200;

    /// <summary>How many connections one person may have to each replica of Chat here.</summary>
    public const int ConnectionsPerUser = 40;

    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var service in new[] { "gateway", "accounts", "chat", "presence", "inference" })
        {
            builder.CreateResourceBuilder<ProjectResource>(service).WithReplicas(2);
        }

        builder.CreateResourceBuilder<ProjectResource>("chat").WithEnvironment("Connections__PerUser", ConnectionsPerUser.ToString());
        builder.CreateResourceBuilder<ProjectResource>("gateway")
            .WithEnvironment("RateLimits__Registration__PerSecond", "1")
            .WithEnvironment("RateLimits__Registration__Burst", RegistrationBurst.ToString());
    }
}
