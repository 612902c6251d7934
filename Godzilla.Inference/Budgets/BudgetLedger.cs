using System.Collections.Concurrent;
using Godzilla.Inference.Usage;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Budgets;

/// <summary>
/// Keeps the budgets of users and their keys. Redis admits: one script looks at all limits of both and sets the worst case aside, so that no
/// number of requests at once gets past a limit. What a month has cost is in <c>inferencedb</c>, and is loaded from there.
/// </summary>
internal sealed class BudgetLedger(
    BudgetStore store, BudgetKeeper keeper, UsageStore usage, IOptions<BudgetOptions> options, BudgetMetrics metrics)
{
    // What is settled meanwhile makes a load start again; that ends, because nothing is admitted before it.
    private const int LoadAttempts = 20;

    private readonly ConcurrentDictionary<(string User, string Month), Lazy<Task>> _loads = new();

    /// <summary>Reserves one request with the most that it can cost.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="key">The id of the API key or of the token family; empty for a session.</param>
    /// <param name="model">The model's id, for the usage.</param>
    /// <param name="worstCase">Tokens of the prompt, all tokens that may be generated, and their price.</param>
    /// <param name="cancellationToken">Ends the wait; what was reserved is then given back.</param>
    /// <exception cref="BudgetExceededException">A limit does not allow it.</exception>
    /// <exception cref="TimeoutException">Redis, or <c>inferencedb</c> where it is needed, does not answer. Nothing is admitted without them.</exception>
    public async Task<Reservation> ReserveAsync(string user, string key, string model, Spend worstCase, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(worstCase.Tokens, nameof(worstCase));
        ArgumentOutOfRangeException.ThrowIfNegative(worstCase.MicroDollars, nameof(worstCase));
        if ($"{user}{key}{model}".Contains('\n', StringComparison.Ordinal))
        {
            throw new ArgumentException("A name has a line break.", nameof(model));
        }

        var admission = AdmitAsync(new Entry(Guid.NewGuid().ToString("N"), user, key, model, worstCase));
        try
        {
            return await admission.WithTimeout(cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _ = GiveBackAsync(admission);
            throw;
        }
    }

    private static async Task GiveBackAsync(Task<Reservation> admission)
    {
        await ((Task)admission).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (admission.IsCompletedSuccessfully)
        {
            await (await admission).WithdrawAsync();
        }
    }

    private async Task<Reservation> AdmitAsync(Entry entry)
    {
        var limits = options.Value;
        var ofUser = Limits(limits.Users, entry.User, limits.PerUser);
        var ofKey = entry.Key.Length == 0 ? null : Limits(limits.Keys, entry.Key, limits.PerKey);
        while (true)
        {
            switch (await TryReserveAsync(entry, ofUser, ofKey))
            {
                case ReserveAnswer.Admitted(var admitted, var state):
                    metrics.Admitted();
                    return keeper.Hold(admitted, state);
                case ReserveAnswer.Refused(var reason):
                    metrics.Refused(reason);
                    throw reason;
                case ReserveAnswer.Cold(var month):
                    await LoadOnceAsync(entry.User, month);
                    break;
                default:
                    throw new TimeoutException("Redis was started anew, and what is reserved is not known yet.");
            }
        }
    }

    private static BudgetLimits Limits(IDictionary<string, BudgetLimits> some, string name, BudgetLimits each) =>
        some.TryGetValue(name, out var own) ? own.Or(each) : each;

    private async Task<ReserveAnswer> TryReserveAsync(Entry entry, BudgetLimits ofUser, BudgetLimits? ofKey)
    {
        try
        {
            return await store.ReserveAsync(entry, ofUser, ofKey);
        }
        catch
        {
            // Without an answer it may be reserved, now or later.
            keeper.Withdraw(entry);
            throw;
        }
    }

    // Many requests at once need one load.
    private async Task LoadOnceAsync(string user, string month)
    {
        var load = _loads.GetOrAdd((user, month), key => new Lazy<Task>(() => LoadAsync(key.User, key.Month)));
        try
        {
            await load.Value;
        }
        finally
        {
            _loads.TryRemove(new((user, month), load));
        }
    }

    private async Task LoadAsync(string user, string month)
    {
        for (var attempt = 0; attempt < LoadAttempts; attempt++)
        {
            var (epoch, version, pending) = await store.LookAsync(user);
            var spent = await usage.SumAsync(user, month, epoch, [.. pending.Where(record => record.Month == month)]);
            if (await store.TryLoadAsync(user, month, version, spent))
            {
                metrics.Loaded();
                return;
            }
        }

        throw new TimeoutException("What was spent changes too fast to be loaded.");
    }
}
