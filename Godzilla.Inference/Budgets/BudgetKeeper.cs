using System.Collections.Concurrent;
using Godzilla.Inference.Usage;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Budgets;

/// <summary>
/// Keeps what this process has reserved: renews it, makes it again where Redis has lost it, and ends it, if need be after an outage. It also
/// ends what processes that died have left behind.
/// </summary>
internal sealed partial class BudgetKeeper(
    BudgetStore store,
    UsageWriter usage,
    IOptions<DependencyFailures> failures,
    BudgetMetrics metrics,
    TimeProvider time,
    ILogger<BudgetKeeper> logger) : BackgroundService
{
    // Each takes 0.7 s at most, so that the service ends in time.
    private const int AttemptsAtTheEnd = 3;

    private readonly ConcurrentDictionary<string, Reservation> _held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Ending> _late = new(StringComparer.Ordinal);

    /// <summary>How many reservations this process holds.</summary>
    public int Held => _held.Count;

    /// <summary>How many have ended without Redis knowing it yet.</summary>
    public int Late => _late.Count;

    /// <summary>The worst case of all that this process holds.</summary>
    public Spend HeldSpend
    {
        get
        {
            var (tokens, money) = (0L, 0L);
            foreach (var (_, reservation) in _held)
            {
                tokens += reservation.Entry.Most.Tokens;
                money += reservation.Entry.Most.MicroDollars;
            }

            return new Spend(tokens, money);
        }
    }

    /// <summary>Holds a reservation until it ends.</summary>
    public Reservation Hold(Entry entry, BudgetState state)
    {
        var reservation = new Reservation(this, entry, state);
        _held[entry.Id] = reservation;
        return reservation;
    }

    /// <summary>Gives back what may have been reserved.</summary>
    public void Withdraw(Entry entry) => _late[entry.Id] = new Ending(entry, FinishMode.Withdraw, default);

    /// <summary>Ends a reservation, at once or, in an outage, later.</summary>
    public async Task EndAsync(Reservation reservation, FinishMode mode, SpentTokens spent)
    {
        var entry = reservation.Entry;
        var ending = new Ending(entry, mode, spent);
        try
        {
            await FinishAsync(ending);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            // Its lease is not renewed any more. If that runs out first, what was spent is set right afterwards.
            _late[entry.Id] = ending;
        }
        finally
        {
            _held.TryRemove(entry.Id, out _);
        }
    }

    /// <summary>Finds the epoch of every part, and begins it where there is none.</summary>
    /// <exception cref="TimeoutException">An epoch has just begun, so nothing is admitted yet.</exception>
    public async Task WarmUpAsync()
    {
        foreach (var found in await Task.WhenAll(Enumerable.Range(0, BudgetKeys.Parts).Select(store.SweepAsync)))
        {
            if (found.Age < BudgetStore.Settling)
            {
                throw new TimeoutException("What is reserved is not known yet.");
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.RepeatAsync(BudgetStore.RenewEvery, _ => KeepAsync(), stoppingToken);

    // The web server has stopped before, so nothing is added.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        for (var attempt = 0; attempt < AttemptsAtTheEnd && !_late.IsEmpty; attempt++)
        {
            await TryAsync(FinishLateAsync);
        }

        if (!_late.IsEmpty)
        {
            LogLeft(logger, _late.Count);
        }
    }

    internal async Task KeepAsync()
    {
        // Renewed first: what is held here must not run out because the rest takes long.
        var renewed = await TryAsync(RenewAsync);
        if (renewed)
        {
            await TryAsync(FinishLateAsync);
            await TryAsync(SweepAsync);
        }
    }

    private async Task FinishAsync(Ending ending)
    {
        if (await store.FinishAsync(ending.Entry, ending.Mode, ending.Spent) is { } record)
        {
            metrics.Finished(ending.Mode, record);
            usage.Add(record);
        }
    }

    private Task RenewAsync() => Task.WhenAll(_held.Values.GroupBy(reservation => BudgetKeys.PartOf(reservation.Entry.User)).Select(RenewAsync));

    private async Task RenewAsync(IGrouping<int, Reservation> part)
    {
        var held = part.ToDictionary(reservation => reservation.Entry.Id, StringComparer.Ordinal);
        var (epoch, missing) = await store.RenewAsync(part.Key, held.Keys);

        // Missing in the same epoch, it has ended meanwhile, or has run out: that is set right when it ends.
        await Task.WhenAll(missing.Select(id => held[id]).Where(reservation => reservation.Entry.Epoch != epoch)
            .Select(reservation => reservation.RestoreAsync(store)));
    }

    private Task FinishLateAsync() => Task.WhenAll(_late.Select(async late =>
    {
        await FinishAsync(late.Value);
        _late.TryRemove(late);
    }));

    private Task SweepAsync() => Task.WhenAll(Enumerable.Range(0, BudgetKeys.Parts).Select(async part =>
    {
        var found = await store.SweepAsync(part);
        usage.Take(found.Unwritten);
        await Task.WhenAll(found.Ended.Select(entry => FinishAsync(new Ending(entry, FinishMode.Expire, default))));
    }));

    private async Task<bool> TryAsync(Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever it is: without this the service would end.
            LogFailed(logger, exception);
            return false;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Reservations could not be kept")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "{Count} reservations could not be ended; they count in full when their lease has run out")]
    private static partial void LogLeft(ILogger logger, int count);

    private sealed record Ending(Entry Entry, FinishMode Mode, SpentTokens Spent);
}
