using CsCheck;
using Godzilla.Inference.Admission;

namespace Godzilla.Tests.Unit.Inference;

public sealed class AdmissionQueueTests
{
    [Fact]
    public async Task ThoseThatWaitGetTheirTurnKeyByKey()
    {
        var queue = new AdmissionQueue(running: 1, waiting: 10);
        using var first = await queue.EnterAsync("rodan", default);
        var waiting = new[] { "rodan", "rodan", "rodan", "mothra", "gigan" }.Select(key => (Key: key, Turn: queue.EnterAsync(key, default))).ToList();
        Assert.All(waiting, waiter => Assert.False(waiter.Turn.IsCompleted));

        List<string> order = [];
        var turn = first;
        while (waiting.Count > 0)
        {
            turn!.Dispose();
            await Task.WhenAny(waiting.Select(waiter => waiter.Turn));
            var next = Assert.Single(waiting, waiter => waiter.Turn.IsCompleted);
            turn = await next.Turn;
            order.Add(next.Key);
            waiting.Remove(next);
        }

        turn!.Dispose();
        Assert.Equal(["rodan", "mothra", "gigan", "rodan", "rodan"], order);
        Assert.Equal((0, 0), (queue.Running, queue.Waiting));
    }

    [Fact]
    public async Task AFullQueueRefusesTheNewestOfTheKeyThatHasMost()
    {
        var queue = new AdmissionQueue(running: 1, waiting: 2);
        using var running = await queue.EnterAsync("rodan", default);
        var (first, second) = (queue.EnterAsync("rodan", default), queue.EnterAsync("rodan", default));

        Assert.Null(await queue.EnterAsync("rodan", default));
        var other = queue.EnterAsync("mothra", default);

        Assert.Null(await second);
        Assert.False(first.IsCompleted);
        Assert.False(other.IsCompleted);
        Assert.Null(await queue.EnterAsync("gigan", default)); // All have one: who was there first stays.
    }

    [Fact]
    public async Task WhoLeavesTheQueueTakesNoTurn()
    {
        var queue = new AdmissionQueue(running: 1, waiting: 10);
        var running = await queue.EnterAsync("rodan", default);
        using var leave = new CancellationTokenSource();
        var left = queue.EnterAsync("mothra", leave.Token);
        var stays = queue.EnterAsync("gigan", default);

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        running!.Dispose();

        Assert.NotNull(await stays);
        Assert.Equal((1, 0), (queue.Running, queue.Waiting));
    }

    // Whatever comes and goes, no more run than may, none is lost, and in the end none is there.
    [Fact]
    public Task NoMoreRunThanMay() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 4], Gen.Select(Gen.Int[0, 3], Gen.Bool).Array[1, 40]).SampleAsync(async (running, waiting, steps) =>
        {
            var queue = new AdmissionQueue(running, waiting);
            var (now, most) = (0, 0);
            await Task.WhenAll(steps.Select(async step =>
            {
                using var leave = new CancellationTokenSource();
                var entering = queue.EnterAsync($"{step.Item1}", leave.Token);
                if (step.Item2)
                {
                    await leave.CancelAsync();
                }

                try
                {
                    using var turn = await entering;
                    if (turn is not null)
                    {
                        most = Math.Max(most, Interlocked.Increment(ref now));
                        await Task.Yield();
                        Interlocked.Decrement(ref now);
                    }
                }
                catch (OperationCanceledException)
                {
                    // It left.
                }
            }));
            Assert.InRange(most, 1, running);
            Assert.Equal((0, 0), (queue.Running, queue.Waiting));
        });
}
