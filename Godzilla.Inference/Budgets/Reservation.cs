using Godzilla.Inference.Usage;

namespace Godzilla.Inference.Budgets;

/// <summary>
/// What is set aside for one request. It is renewed while it is held; if the process dies it runs out, and then the worst case counts as
/// spent.
/// </summary>
internal sealed class Reservation : IAsyncDisposable
{
    private readonly BudgetKeeper _keeper;
    private readonly Lock _gate = new();
    private Task _restoring = Task.CompletedTask;
    private bool _hasEnded;

    internal Reservation(BudgetKeeper keeper, Entry entry, BudgetState state) => (_keeper, Entry, State) = (keeper, entry, state);

    /// <summary>The limits a minute, as they were right after this request was admitted.</summary>
    public BudgetState State { get; }

    internal Entry Entry { get; private set; }

    /// <summary>
    /// Replaces the worst case by what was spent, also where that is more. Further calls do nothing. An outage delays it and does not fail it.
    /// </summary>
    /// <param name="spent">What the request has used.</param>
    public Task SettleAsync(SpentTokens spent) => EndAsync(FinishMode.Settle, spent);

    /// <summary>Gives everything back but the request, unless it was settled.</summary>
    public ValueTask DisposeAsync() => new(EndAsync(FinishMode.Cancel, default));

    /// <summary>Gives everything back, the request too: who asked for it has gone without an answer.</summary>
    internal Task WithdrawAsync() => EndAsync(FinishMode.Withdraw, default);

    /// <summary>Makes it again in a Redis that has lost it, unless it is ending: then it is settled as it is.</summary>
    internal Task RestoreAsync(BudgetStore store)
    {
        lock (_gate)
        {
            return _hasEnded ? Task.CompletedTask : _restoring = MakeAgainAsync(store);
        }
    }

    private async Task MakeAgainAsync(BudgetStore store) => Entry = Entry with { Epoch = await store.RestoreAsync(Entry) };

    private async Task EndAsync(FinishMode mode, SpentTokens spent)
    {
        Task restoring;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            (_hasEnded, restoring) = (true, _restoring);
        }

        await restoring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _keeper.EndAsync(this, mode, spent);
    }
}
