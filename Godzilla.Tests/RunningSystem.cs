namespace Godzilla.Tests;

/// <summary>The tests that share one running system. None of them harms it, and each has users and discussions of its own.</summary>
[CollectionDefinition(Name)]
public sealed class RunningSystem : ICollectionFixture<GodzillaApp>
{
    public const string Name = "running system";
}
