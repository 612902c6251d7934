using Aspire.Dashboard.ConsoleLogs;

namespace Aspire.Dashboard.Tests.Unit;

public sealed class ConsoleLineTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-29T12:00:00.0000000Z hello", "hello")]
    [InlineData("2026-11-29T12:00:00.0000000Z ", "")]
    [InlineData("2026-11-29T12:00:00.0000000Z \u001b[31mred\u001b[0m \u001b]0;title\u0007and\tplain", "red and\tplain")]
    public void TheTimeIsTakenOffAndEscapesAreRemoved(string line, string text)
    {
        var parsed = ConsoleLine.Parse("web", 1, line, isError: false);

        Assert.Equal((Noon, text), (parsed.Time, parsed.Text));
    }

    [Fact]
    public void ALineWithoutATimeIsWhole() => Assert.Equal("no time here", ConsoleLine.Parse("web", 1, "no time here", isError: false).Text);

    [Fact]
    public void LinesOfSeveralResourcesAreInTheOrderOfTime()
    {
        var lines = new ConsoleLines(10);
        lines.Add([Line("a", 1), Line("a", 3), Line("a", 5)]);
        lines.Add([Line("b", 2), Line("b", 3), Line("b", 6)]);

        Assert.Equal(["a1", "b2", "a3", "b3", "a5", "b6"], lines.Query(null).Select(l => l.Text));
    }

    [Fact]
    public void TheOldestLinesGo()
    {
        var lines = new ConsoleLines(100);
        for (var i = 0; i < 1_000; i++)
        {
            lines.Add([Line("a", i)]);
        }

        Assert.Equal(100, lines.Query(null).Count);
        Assert.Equal("a900", lines.Query(null)[0].Text);
        Assert.Equal(["a950"], lines.Query("950").Select(l => l.Text));
    }

    [Fact]
    public void WhatComesAgainIsForgottenBefore()
    {
        var lines = new ConsoleLines(10);
        lines.Add([Line("a", 1), Line("b", 2)]);

        lines.Remove("a");

        Assert.Equal(["b2"], lines.Query(null).Select(l => l.Text));
    }

    private static ConsoleLine Line(string resource, int second) => new(resource, second, Noon.AddSeconds(second), $"{resource}{second}", IsError: false);
}
