using Godzilla.Inference.Budgets;

namespace Godzilla.Tests.Unit.Inference;

/// <summary>Limits as they are configured; <see cref="BudgetTests"/> has what they do.</summary>
public sealed class BudgetLimitsTests
{
    private const long Most = 1_000_000_000_000;

    [Fact]
    public void WhatIsNotSetIsAsWithTheOthers()
    {
        var others = new BudgetLimits { RequestsPerMinute = 1, TokensPerMinute = 2, TokensPerMonth = 3, DollarsPerMonth = 4 };

        Assert.Equivalent(others, new BudgetLimits().Or(others), strict: true);
        var own = new BudgetLimits { RequestsPerMinute = 5, TokensPerMinute = 0, TokensPerMonth = 7, DollarsPerMonth = 0 };
        Assert.Equivalent(own, own.Or(others), strict: true);
    }

    [Fact]
    public void EveryValueFromNoLimitToTheLargestIsRight()
    {
        foreach (var number in new long?[] { null, 0, 1, Most })
        {
            Assert.Empty(new BudgetLimits { RequestsPerMinute = number, TokensPerMinute = number, TokensPerMonth = number }.Validate("PerUser"));
        }

        foreach (var dollars in new decimal?[] { null, 0, 0.000001m, 10, 1_000_000_000 })
        {
            Assert.Empty(new BudgetLimits { DollarsPerMonth = dollars }.Validate("PerUser"));
        }
    }

    [Fact]
    public void WhatIsWrongIsNamedWithItsKey()
    {
        foreach (var number in new[] { -1, Most + 1 })
        {
            Assert.Equal(
                [
                    $"PerUser:RequestsPerMinute must be between 0 (no limit) and {Most}.",
                    $"PerUser:TokensPerMinute must be between 0 (no limit) and {Most}.",
                    $"PerUser:TokensPerMonth must be between 0 (no limit) and {Most}.",
                ],
                new BudgetLimits { RequestsPerMinute = number, TokensPerMinute = number, TokensPerMonth = number }.Validate("PerUser"));
        }

        foreach (var dollars in new[] { -1, 0.0000009m, 1_000_000_000.01m })
        {
            Assert.Equal(
                ["PerUser:DollarsPerMonth must be 0 (no limit), or between 0.000001 and 1000000000."], new BudgetLimits { DollarsPerMonth = dollars }.Validate("PerUser"));
        }
    }
}
