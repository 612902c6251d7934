using System.Runtime.InteropServices;
using Aspire.Hosting.Display;

namespace Aspire.Hosting.Tests.Display;

/// <summary>What an app host shows.</summary>
public sealed class ConsoleTests
{
    private static readonly ResourceRow[] Rows =
    [
        new("redis-abcdefgh", "redis", "Running", "Healthy", "4711", "redis://localhost:6379", null),
        new("accounts-abcdefgh", "accounts", "Exited (134)", "", "", "http://localhost:8081", "it crashed"),
    ];

    [Fact]
    public async Task WithoutATerminalThereAreOnlyPlainLines()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["crash"]);
        await appHost.LineAsync(@"^app host +> All 2 resources are healthy after \d+\.\d s: http://localhost:\d+$");
        await appHost.LineAsync(@"^web +\| .*Application started");
        await appHost.LineAsync(@"^web +> Running, Healthy, pid \d+, http://localhost:\d+$");
        appHost.Signal(PosixSignal.SIGINT);
        await appHost.ExitCodeAsync();

        Assert.All(appHost.Output, line => Assert.DoesNotContain('\u001b', line));
        Assert.All(appHost.Written, line => Assert.Matches(@"^(app host|steady  |web     ) [|>] \d\d:\d\d:\d\d\.\d{3}( |$)", line));
    }

    [Fact]
    public async Task ALineThatHasATimeGetsNoSecondOne()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["times"]);
        await appHost.LineAsync("the last line");
        appHost.Signal(PosixSignal.SIGINT);
        await appHost.ExitCodeAsync();

        Assert.Contains("times    | 2026-11-24T10:11:12.131Z info: in full", appHost.Written);
        Assert.Contains("times    | 10:11:12.131 info: short", appHost.Written);
    }

    [TerminalFact]
    public async Task OnATerminalThereIsATableThatIsDrawnInItsPlace()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.StartInTerminal("Scenario.AppHost", data, ["crash"], columns: 100, lines: 30);

        await appHost.LineAsync(@"RESOURCE +STATE +HEALTH +PID +URL");
        await appHost.LineAsync(@"web +Running +Healthy +\d+ +http://localhost:\d+");
        await appHost.LineAsync(@"steady +Running +Healthy +\d+");

        // Up by header and two rows; what is below is erased and written anew.
        await appHost.LineAsync(@"\u001b\[3A$");
        await appHost.LineAsync("All 2 resources are healthy");
    }

    [TerminalFact]
    public async Task ANarrowTerminalGetsNarrowLines()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.StartInTerminal("Scenario.AppHost", data, ["crash"], columns: 30, lines: 30);

        await appHost.LineAsync("All 2 resources are healthy");

        await appHost.LineAsync(@"(^|J|\n)RESOURCE +STATE +URL");
        Assert.All(
            appHost.Output.Where(l => l.StartsWith("web ", StringComparison.Ordinal) && !l.Contains('|') && !l.Contains('>')),
            line => Assert.InRange(line.TrimEnd('\r').Length, 1, 29));
    }

    [Theory]
    [InlineData(200, 5)]
    [InlineData(70, 5)]
    [InlineData(44, 3)]
    [InlineData(20, 3)]
    [InlineData(1, 3)]
    public void NoLineOfTheTableIsWiderThanTheTerminal(int width, int columns)
    {
        var lines = ResourceTable.Layout(Rows, width, 24);

        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        if (width >= 44)
        {
            Assert.Equal(columns, lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        }
    }

    [Fact]
    public void TheTableFitsALowTerminal()
    {
        ResourceRow[] rows = [.. Enumerable.Range(0, 20).Select(i => Rows[0] with { Name = $"service-{i}" })];

        var lines = ResourceTable.Layout(rows, 80, 10);

        Assert.InRange(lines.Count, 2, 9);
        Assert.Equal("... and 13 more", lines[^1]);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[40m\u001b[32minfo\u001b[39m\u001b[22m\u001b[49m: text", "info: text")]
    [InlineData("\u001b[2J\u001b[Hcleared", "cleared")]
    [InlineData("\u001b]0;title\u0007text", "text")]
    [InlineData("a\tb\rc", "a b c")]
    public void WhatATerminalWouldTakeForCommandsIsNotPassedOn(string written, string shown) => Assert.Equal(shown, PlainText.From(written));

    [Fact]
    public void ColoursAreKeptForATerminalAndEndWithTheLine()
    {
        Assert.Equal("\u001b[32mgreen\u001b[0m", PlainText.Coloured("\u001b[32mgreen"));
        Assert.Equal("\u001b[32mgreen\u001b[0m", PlainText.Coloured("\u001b[2J\u001b[32mgreen"));
    }
}
