using Godzilla.Chat.Messages;

namespace Godzilla.Tests.Unit.Chat;

public sealed class DraftTests
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(4000, null)]
    [InlineData(0, "text must be 1 to 4000 characters")]
    [InlineData(4001, "text must be 1 to 4000 characters")]
    public void ATextHas1To4000Characters(int length, string? expected)
    {
        Assert.Equal(expected is null, Draft.TryCreate(new string('x', length), "c", out _, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(128, null)]
    [InlineData(129, "client_id must be at most 128 characters")]
    public void AClientIdHasAtMost128Characters(int length, string? expected)
    {
        Assert.Equal(expected is null, Draft.TryCreate("x", new string('c', length), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void AnEmptyClientIdIsNone(string? clientId)
    {
        Assert.True(Draft.TryCreate("x", clientId, out var draft, out _));
        Assert.Null(draft.ClientId);
    }
}
