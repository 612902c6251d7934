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
    [InlineData(" \t\n\u3000", "text must not be blank")]
    [InlineData("a\0b", "text must hold no control characters but newline and tab")]
    [InlineData("\u001b[2J", "text must hold no control characters but newline and tab")]
    [InlineData("a\rb", "text must hold no control characters but newline and tab")]
    [InlineData("a\u009bb", "text must hold no control characters but newline and tab")]
    [InlineData("\ud83e\udd95\ud83e\udd95", null)]
    [InlineData("two\n\tlines", null)]
    public void ATextIsReadable(string text, string? expected)
    {
        Assert.Equal(expected is null, Draft.TryCreate(text, null, out _, out var error));
        Assert.Equal(expected, error);
    }

    // Not as arguments of a theory: those are kept as UTF-8, which has no lone surrogates.
    [Fact]
    public void ATextHasNoLoneSurrogates()
    {
        foreach (var text in new[] { "\ud83d", "a\udc00b", "\udc00\ud83d", "\ud83e\udd95\ud83e" })
        {
            Assert.False(Draft.TryCreate(text, null, out _, out var error));
            Assert.Equal("text must hold no lone surrogates", error);
        }
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
