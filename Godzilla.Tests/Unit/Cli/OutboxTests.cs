using Godzilla.Cli.Chat.Rooms;

namespace Godzilla.Tests.Unit.Cli;

public sealed class OutboxTests
{
    [Theory]
    [InlineData("Too many messages: try again in 3 s", 3)]
    [InlineData("Service Unavailable", 1)]
    [InlineData("Too many messages wait to be stored", 1)]
    [InlineData("Discussion not found", null)]
    [InlineData("text must be 1 to 4000 characters", null)]
    public void ARefusalThatPassesIsTriedAgain(string refusal, int? seconds) => Assert.Equal(seconds, Outbox.RetryAfter(refusal)?.TotalSeconds);
}
