using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.Faults;

/// <summary>The whole system with times so short that a test can see them pass.</summary>
public sealed class ImpatientApp : GodzillaApp
{
    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        builder.CreateResourceBuilder<ProjectResource>("chat")
            .WithEnvironment("Presence__RenewEvery", "00:00:01")
            .WithEnvironment("Sessions__CheckEvery", "00:00:01");
        builder.CreateResourceBuilder<ProjectResource>("gateway")
            .WithEnvironment("ReverseProxy__Clusters__accounts__HttpRequest__ActivityTimeout", "00:00:03")
            .WithEnvironment("ReverseProxy__Clusters__chat__HttpRequest__ActivityTimeout", "00:00:03");
        builder.CreateResourceBuilder<ProjectResource>("presence").WithEnvironment("Online__Lease", "00:00:05");
    }
}
