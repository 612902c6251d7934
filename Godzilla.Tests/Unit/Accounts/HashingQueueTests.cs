using System.Diagnostics.Metrics;
using Godzilla.Accounts.Passwords;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests.Unit.Accounts;

/// <summary>One thread, which the first item holds until the test lets it go: the others wait in an order that does not depend on time.</summary>
public sealed class HashingQueueTests : IDisposable
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<HashingMetrics>().BuildServiceProvider();
    private readonly List<string> _order = [];
    private HashingQueue? _queue;

    public void Dispose()
    {
        _release.TrySetResult();
        _queue?.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task AddressesTakeTurns()
    {
        var queue = await HeldAsync(maxWaiting: 20, perAddress: 8);
        (string Address, string Name)[] waiting =
            [("10.0.0.1", "a1"), ("10.0.0.1", "a2"), ("10.0.0.1", "a3"), ("10.0.0.2", "b1"), ("10.0.0.2", "b2"), ("10.0.0.3", "c1")];
        Task[] all = [.. waiting.Select(item => Run(queue, item.Address, item.Name))];

        await ReleaseAsync(all);

        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3"], _order);
    }

    [Fact]
    public async Task WhoAsksForTheFirstTimeIsBeforeThoseWhoAskAgain()
    {
        var queue = await HeldAsync(maxWaiting: 20, perAddress: 8, holder: "10.0.0.1");
        var again = Run(queue, "10.0.0.1", "again");
        var first = Run(queue, "10.0.0.9", "first");

        await ReleaseAsync(again, first);

        Assert.Equal(["first", "again"], _order);
    }

    [Fact]
    public async Task WhoIsForgivenIsAsGoodAsNew()
    {
        var queue = await HeldAsync(maxWaiting: 20, perAddress: 8, holder: "10.0.0.1");
        queue.Forgive("10.0.0.1");
        var forgiven = Run(queue, "10.0.0.1", "forgiven");
        var first = Run(queue, "10.0.0.9", "first");

        await ReleaseAsync(forgiven, first);

        Assert.Equal(["forgiven", "first"], _order);
    }

    [Fact]
    public async Task WhoIsDeferredIsBehindThoseWhoAskForTheFirstTime()
    {
        var queue = await HeldAsync(maxWaiting: 20, perAddress: 8);
        queue.Defer("10.0.0.1");
        var deferred = Run(queue, "10.0.0.1", "deferred");
        var first = Run(queue, "10.0.0.9", "first");

        await ReleaseAsync(deferred, first);

        Assert.Equal(["first", "deferred"], _order);
    }

    [Fact]
    public async Task OneAddressHasItsShareAndOthersStillFindRoom()
    {
        var queue = await HeldAsync(maxWaiting: 5, perAddress: 3);
        var all = Enumerable.Range(1, 3).Select(n => (Task)Run(queue, "10.0.0.1", $"a{n}")).ToList();

        await Assert.ThrowsAsync<HashingBusyException>(() => Run(queue, "10.0.0.1", "a4"));
        all.Add(Run(queue, "10.0.0.2", "b1"));
        all.Add(Run(queue, "10.0.0.3", "c1"));
        await Assert.ThrowsAsync<HashingBusyException>(() => Run(queue, "10.0.0.4", "d1"));

        await ReleaseAsync([.. all]);
        Assert.Equal(5, _order.Count);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    public async Task ANetworkOfOneCustomerIsOneAddress(string one, string other, bool isSame)
    {
        var queue = await HeldAsync(maxWaiting: 5, perAddress: 1);
        var first = Run(queue, one, "first");

        var second = Run(queue, other, "second");

        Assert.Equal(isSame, second.IsFaulted);
        await ReleaseAsync(isSame ? [first] : [first, second]);
        if (isSame)
        {
            await Assert.ThrowsAsync<HashingBusyException>(() => second);
        }
    }

    [Fact]
    public async Task WhatACallerLeavesBehindIsDroppedAndMakesRoom()
    {
        using var leave = new CancellationTokenSource();
        var queue = await HeldAsync(maxWaiting: 1, perAddress: 1);
        var left = Run(queue, "10.0.0.1", "left", leave.Token);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await ReleaseAsync(Run(queue, "10.0.0.2", "stayed"));
        Assert.Equal(["stayed"], _order);
    }

    [Fact]
    public async Task AFailureReachesItsCallerAndTheThreadGoesOn()
    {
        var queue = await HeldAsync(maxWaiting: 5, perAddress: 5);
        var failing = queue.RunAsync<int>("10.0.0.1", () => throw new FormatException("broken"), CancellationToken.None);
        var next = Run(queue, "10.0.0.1", "next");

        await ReleaseAsync(next);

        await Assert.ThrowsAsync<FormatException>(() => failing);
    }

    [Fact]
    public async Task AStreamOfNewAddressesDoesNotHoldUpAnOlderOneForEver()
    {
        var queue = await HeldAsync(maxWaiting: 10_000, perAddress: 1, holder: "10.0.0.1");
        var older = Run(queue, "10.0.0.1", "older");

        // Each new address brings the next when it is served.
        var arrivals = 0;
        Task Next() => queue.RunAsync(
            $"10.1.{++arrivals / 250}.{arrivals % 250}",
            () =>
            {
                if (arrivals < 2000 && _order.Count == 0)
                {
                    _ = Next();
                }

                return 0;
            },
            CancellationToken.None);
        _ = Next();

        _release.SetResult();
        await older.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.InRange(arrivals, 200, 300);
    }

    [Fact]
    public async Task TheQueueIsMeasured()
    {
        var waiting = 0L;
        var computed = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            _ = instrument.Name.EndsWith("waiting", StringComparison.Ordinal) ? Interlocked.Add(ref waiting, value) : Interlocked.Add(ref computed, value));
        listener.Start();
        var queue = await HeldAsync(maxWaiting: 5, perAddress: 5);
        var item = Run(queue, "10.0.0.1", "item");
        Assert.Equal(1, Interlocked.Read(ref waiting));

        await ReleaseAsync(item);

        Assert.Equal(0, Interlocked.Read(ref waiting));
        Assert.Equal(2, Interlocked.Read(ref computed));
    }

    private async Task<HashingQueue> HeldAsync(int maxWaiting, int perAddress, string holder = "10.9.9.9")
    {
        var options = new PasswordOptions { MaxWaiting = maxWaiting, MaxWaitingPerAddress = perAddress };
        _queue = new HashingQueue(options, _services.GetRequiredService<HashingMetrics>(), TimeProvider.System, workers: 1);
        _ = _queue.RunAsync(
            holder,
            () =>
            {
                _held.SetResult();
                _release.Task.Wait();
                return 0;
            },
            CancellationToken.None);
        await _held.Task;
        return _queue;
    }

    private Task<string> Run(HashingQueue queue, string address, string name, CancellationToken cancellationToken = default) => queue.RunAsync(
        address,
        () =>
        {
            _order.Add(name);
            return name;
        },
        cancellationToken);

    private async Task ReleaseAsync(params Task[] all)
    {
        _release.SetResult();
        await Task.WhenAll(all).WaitAsync(TimeSpan.FromSeconds(20));
    }
}
