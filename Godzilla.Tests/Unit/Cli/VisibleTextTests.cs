using System.Globalization;
using CsCheck;
using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Tests.Unit.Cli;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain, wide 日本 and 👩‍👩‍👧", "plain, wide 日本 and 👩‍👩‍👧")]
    [InlineData("\u001b[2J\u001b]0;title\u0007", "␛[2J␛]0;title␇")]
    [InlineData("\u009b2J\u0090q\u009c", "‹U+009B›2J‹U+0090›q‹U+009C›")]
    [InlineData("a\r\nb\u007f\bc\0", "a␍␊b␡␈c␀")]
    [InlineData("a\tb", "a    b")]
    [InlineData("\u202etxt.exe\u202c \u2066x\u2069\u200f", "‹U+202E›txt.exe‹U+202C› ‹U+2066›x‹U+2069›‹U+200F›")]
    [InlineData("a\u2028b\u2029c\u0085d", "a‹U+2028›b‹U+2029›c‹U+0085›d")]
    [InlineData("zero\u200bwidth\ufeff", "zero‹U+200B›width‹U+FEFF›")]
    public void WhatCouldTouchTheTerminalIsVisible(string text, string visible) => Assert.Equal(visible, VisibleText.Line(text));

    [Fact]
    public void HalfASurrogatePairIsReplaced() => Assert.Equal("a\ufffdb", VisibleText.Line("a" + '\ud83d' + "b"));

    [Fact]
    public void ANewlineMakesALine() => Assert.Equal(["a", "␛b", ""], VisibleText.Lines("a\n\u001bb\n"));

    [Fact]
    public void NoTextLeavesAControlOrADirection() => Gen.String[Gen.Char[(char)0, (char)0xffff], 0, 40].Sample(text =>
    {
        var visible = VisibleText.Line(text);
        return !visible.Any(c => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            && !visible.Any(c => c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f' or '\u061c');
    });
}
