using Godzilla.Cli.Chat.Server;

namespace Godzilla.Tests.Unit.Cli;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 0.0, 0.25)]
    [InlineData(0, 1.0, 0.5)]
    [InlineData(3, 1.0, 4)]
    [InlineData(1_000_000, 0.0, 7.5)]
    [InlineData(1_000_000, 1.0, 15)]
    public void ItGrowsToALimitAndIsSpreadOut(int failures, double random, double seconds) =>
        Assert.Equal(seconds, Backoff.Before(failures, random).TotalSeconds, precision: 6);
}
