using Godzilla.Inference.Usage;

namespace Godzilla.Tests.Unit.Inference;

public sealed class UsageQueryTests
{
    private static readonly DateOnly Today = new(2026, 11, 29);

    [Theory]
    [InlineData(null, null, null, "2026-11-01 2026-11-29 day")]
    [InlineData(null, "2026-02-14", "model", "2026-02-01 2026-02-14 model")]
    [InlineData("2026-01-02", null, "key,day,key", "2026-01-02 2026-11-29 key,day")]
    [InlineData("2025-11-29", "2026-11-29", null, "2025-11-29 2026-11-29 day")]
    public void AQueryIsRead(string? from, string? to, string? group, string expected)
    {
        var query = UsageQuery.TryParse(from, to, group, Today, out var error);

        Assert.Null(error);
        Assert.Equal(expected, $"{query!.First} {query.Last} {string.Join(',', query.Groups)}");
    }

    [Theory]
    [InlineData("1.11.2026", null, null, "from must be a day as yyyy-MM-dd")]
    [InlineData(null, "2026-02-30", null, "to must be a day as yyyy-MM-dd")]
    [InlineData("2026-11-02", "2026-11-01", null, "to must not be before from")]
    [InlineData("2025-11-28", "2026-11-29", null, "from and to must be at most 366 days")]
    [InlineData(null, null, "user", "group must be of day, key, model, separated by commas")]
    [InlineData(null, null, "", "group must be of day, key, model, separated by commas")]
    public void WhatCannotBeAnsweredIsSaid(string? from, string? to, string? group, string expected)
    {
        Assert.Null(UsageQuery.TryParse(from, to, group, Today, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void AReportIsSummedUpByTheGroupsThatWereAskedFor()
    {
        UsageDocument[] documents =
        [
            Document("2026-11-01", "k1", "small", requests: 2, prompt: 10, money: 1),
            Document("2026-11-02", "k1", "large", requests: 1, prompt: 20, money: 500_000),
            Document("2026-11-01", "", "small", requests: 3, prompt: 30, money: 3),
        ];

        var report = UsageReport.Of(UsageQuery.TryParse(from: null, to: null, "day,model", Today, out _)!, documents);

        Assert.Equal(
            ["2026-11-01  small 5 40 0.000004", "2026-11-02  large 1 20 0.5"],
            report.Usage.Select(line => $"{line.Day} {line.Key} {line.Model} {line.Requests} {line.TotalTokens} {line.CostUsd}"));
        Assert.Equal((6, 60, 0.500004m), (report.Total.Requests, report.Total.PromptTokens, report.Total.CostUsd));
        Assert.Empty(UsageReport.Of(UsageQuery.TryParse(from: null, to: null, group: null, Today, out _)!, []).Usage);
    }

    private static UsageDocument Document(string day, string key, string model, long requests, long prompt, long money) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        User = "mothra",
        Key = key,
        Model = model,
        Day = day,
        Requests = requests,
        Prompt = prompt,
        MicroDollars = money,
    };
}
