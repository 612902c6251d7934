using Godzilla.Inference.Usage;
using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Inference.Budgets;

internal static class BudgetExtensions
{
    /// <summary>Adds <see cref="BudgetLedger"/>, and the usage that it writes.</summary>
    internal static void AddBudgets(this IServiceCollection services)
    {
        services.AddOptions<BudgetOptions>().BindConfiguration(BudgetOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<BudgetStore>();
        services.AddSingleton<BudgetMetrics>();
        services.AddSingleton<BudgetLedger>();
        services.AddUsage();

        // It stops before the writer of usage, which writes what it ends last.
        services.AddSingleton<BudgetKeeper>().AddHostedService(provider => provider.GetRequiredService<BudgetKeeper>());
        services.AddActivatedSingleton<BudgetGauges>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<UsageStore>().WarmUpAsync());
        services.AddWarmUp((provider, _) => provider.GetRequiredService<BudgetKeeper>().WarmUpAsync());
    }

    /// <summary>Shows what is held, from the start on.</summary>
    private sealed class BudgetGauges
    {
        public BudgetGauges(BudgetMetrics metrics, BudgetKeeper keeper, UsageWriter usage)
        {
            metrics.ObserveHeld(() => keeper.Held, () => keeper.HeldSpend);
            metrics.ObserveLate(() => keeper.Late, () => usage.Unwritten);
        }
    }
}
