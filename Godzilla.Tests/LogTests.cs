using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Godzilla.Tests.LastCollectionOrderer", "Godzilla.Tests")]

namespace Godzilla.Tests;

/// <summary>Runs when all apps of the other collections have ended.</summary>
[Collection(LastCollectionOrderer.Last)]
public sealed class LogTests
{
    [Fact]
    public void NoResourceLoggedAnErrorThatNoTestExpected() =>
        Assert.True(ResourceLogs.Unexpected.IsEmpty, string.Join('\n', ResourceLogs.Unexpected));
}

/// <summary>Puts one collection behind all others.</summary>
public sealed class LastCollectionOrderer : ITestCollectionOrderer
{
    public const string Last = "last";

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName == Last).ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);
}
