using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests;

/// <summary>The tests that share one running system and may harm it: each leaves it working. Its times are so short that a test can wait for them.</summary>
[CollectionDefinition(Name)]
public sealed class ImpatientSystem : ICollectionFixture<ImpatientApp>
{
    public const string Name = "impatient system";
}

/// <summary>The whole system with short times.</summary>
public sealed class ImpatientApp : GodzillaApp
{
    /// <summary>How long typing lasts here.</summary>
    public static readonly TimeSpan TypingLifetime = TimeSpan.FromSeconds(2);

    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        builder.CreateResourceBuilder<ProjectResource>("chat")
            .WithEnvironment("Presence__RenewEvery", "00:00:01");
        builder.CreateResourceBuilder<ProjectResource>("gateway")
            .WithEnvironment("ReverseProxy__Clusters__accounts__HttpRequest__ActivityTimeout", "00:00:03")
            .WithEnvironment("ReverseProxy__Clusters__chat__HttpRequest__ActivityTimeout", "00:00:03");
        builder.CreateResourceBuilder<ProjectResource>("presence")
            .WithEnvironment("Online__Lease", "00:00:05")
            .WithEnvironment("Typing__Lifetime", TypingLifetime.ToString("c"));
    }
}
