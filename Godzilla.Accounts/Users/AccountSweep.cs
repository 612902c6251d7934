using Godzilla.Accounts.ApiKeys;
using Godzilla.Accounts.Tokens;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Users;

/// <summary>Finishes what outages and crashes have left half-done: <see cref="AccountEndings"/>, and the ends of API keys and tokens.</summary>
internal sealed class AccountSweep(
    UserChanges users, AccountEndings endings, ApiKeyStore keys, TokenFamilyStore families, IOptions<DependencyFailures> failures, TimeProvider time)
    : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.RepeatAsync(Every, SweepAsync, stoppingToken);

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var user in await users.ListPendingAsync(AtOnce, stoppingToken))
            {
                if (!await endings.TryEndAsync(user, stoppingToken))
                {
                    return;
                }
            }

            await keys.FinishAsync(stoppingToken);
            await families.FinishAsync(stoppingToken);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            // The next sweep tries again.
        }
    }
}
