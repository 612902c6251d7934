using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Tests.Unit.Cli;

public sealed class CellsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("日本", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("🌋", 2)]
    [InlineData("☀\ufe0f", 2)]
    public void ItKnowsHowWideTextIs(string text, int width) => Assert.Equal(width, Cells.Width(text));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("日本日本", 6, "日本…")]
    [InlineData("abc", 0, "")]
    public void WhatDoesNotFitIsCutOff(string text, int width, string fitting) => Assert.Equal(fitting, Cells.Fit(text, width));

    [Theory]
    [InlineData("one two three", "one two|three")]
    [InlineData("a https://example.org/long b", "a|https://example.org/long|b")]
    [InlineData("日本 日本 日本", "日本|日本|日本")]
    [InlineData("", "")]
    public void RowsBreakAtBlanksAndLongWordsStayWhole(string text, string rows) =>
        Assert.Equal(rows, string.Join('|', Cells.Wrap(text, first: 8, next: 8)));
}
