using Godzilla.Cli.Chat.Rooms;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.Cli;

public sealed class TypingNotifierTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _told = [];
    private readonly TypingNotifier _typing;

    public TypingNotifierTests() => _typing = new TypingNotifier(_time, (discussion, isTyping) => _told.Add($"{discussion} {isTyping}"));

    [Fact]
    public void ItIsToldAtMostEveryHalfSecond()
    {
        for (var key = 0; key < 10; key++)
        {
            _typing.Typed("lobby");
            _time.Advance(TimeSpan.FromMilliseconds(125));
        }

        Assert.Equal(["lobby True", "lobby True", "lobby True"], _told);
    }

    [Fact]
    public void ItEndsTwoSecondsAfterTheLastKey()
    {
        _typing.Typed("lobby");
        _time.Advance(TimeSpan.FromMilliseconds(1900));
        _typing.Tick();
        Assert.Single(_told);

        _time.Advance(TimeSpan.FromMilliseconds(100));
        _typing.Tick();
        _typing.Tick();
        Assert.Equal(["lobby True", "lobby False"], _told);
    }

    [Fact]
    public void ItEndsWithTheMessageAndWhereTheUserGoesElsewhere()
    {
        _typing.Typed("lobby");
        _typing.Typed("other");
        _typing.Stop();
        _typing.Stop();

        Assert.Equal(["lobby True", "lobby False", "other True", "other False"], _told);
    }
}
