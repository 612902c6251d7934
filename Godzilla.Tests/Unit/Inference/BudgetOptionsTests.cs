using Godzilla.Inference.Budgets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.Unit.Inference;

public sealed class BudgetOptionsTests
{
    [Theory]
    [InlineData("Budgets:PerUser:RequestsPerMinute", "-1", "Budgets:PerUser:RequestsPerMinute must be between 0 (no limit) and 1000000000000.")]
    [InlineData("Budgets:PerKey:TokensPerMinute", "1000000000001", "Budgets:PerKey:TokensPerMinute must be between 0 (no limit) and 1000000000000.")]
    [InlineData("Budgets:Users:mothra:TokensPerMonth", "-1", "Budgets:Users:mothra:TokensPerMonth must be between 0 (no limit) and 1000000000000.")]
    [InlineData("Budgets:Keys:0a1b:DollarsPerMonth", "0.0000001", "Budgets:Keys:0a1b:DollarsPerMonth must be 0 (no limit), or between 0.000001 and 1000000000.")]
    [InlineData("Budgets:Lease", "00:00:04", "Budgets:Lease must be between 00:00:05 and 01:00:00.")]
    public void AValueThatMakesNoSenseStopsTheStart(string key, string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<OptionsValidationException>(() => Read(key, value)).Failures.Single(), StringComparison.Ordinal);

    [Fact]
    public void WhatIsNotSetForOneIsAsForAll()
    {
        var options = Read("Budgets:Users:mothra:TokensPerMonth", "5000");

        var limits = options.Users["Mothra"].Or(options.PerUser);
        Assert.Equal((600, 1_000_000, 5000, 10m), (limits.RequestsPerMinute, limits.TokensPerMinute, limits.TokensPerMonth, limits.DollarsPerMonth));
        Assert.Equal(10_000_000, limits.MicroDollarsPerMonth);
        Assert.Equal(0, options.PerKey.DollarsPerMonth);
    }

    private static BudgetOptions Read(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddBudgets();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<BudgetOptions>>().Value;
    }
}
