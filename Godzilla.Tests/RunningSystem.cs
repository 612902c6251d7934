namespace Godzilla.Tests;

/// <summary>The tests that share one running system. None of them harms it, and each has its own users and discussions.</summary>
[CollectionDefinition(Name)]
public sealed class RunningSystem : ICollectionFixture<GodzillaApp>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "running system";
}
