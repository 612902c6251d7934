using Godzilla.Chat.SignalR;
using Godzilla.Presence.V1;
using Grpc.Core;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>What Chat tells Presence, and its connections.</summary>
public sealed class PresenceSyncTests : IAsyncLifetime, IDisposable
{
    private readonly PresenceParts _chat = new();

    private IEnumerable<string> Held => _chat.Service.Updates.SelectMany(update => update.Held).Select(connection => connection.ConnectionId);

    private IEnumerable<string> Ended => _chat.Service.Updates.SelectMany(update => update.Ended).Select(connection => connection.ConnectionId);

    public async Task InitializeAsync()
    {
        await _chat.StartAsync();
        _chat.Service.Say(PresenceParts.Snapshot(1, "rodan"));
    }

    public Task DisposeAsync() => _chat.StopAsync();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public async Task AThousandWhoComeAndGoAreAHandfulOfCalls()
    {
        var answer = new TaskCompletionSource();
        _chat.Service.Pause = answer.Task;
        for (var number = 0; number < 2000; number++)
        {
            _chat.Sync.Connected($"user{number}", $"c{number}");
        }

        answer.SetResult();
        await Eventually.TrueAsync(() => Held.Count() == 2000, "all are told");
        Assert.InRange(_chat.Service.Updates.Count, 2, 4);
        for (var number = 0; number < 2000; number++)
        {
            _chat.Sync.Disconnected($"user{number}", $"c{number}");
        }

        await Eventually.TrueAsync(() => Ended.Count() == 2000, "all have left");
        Assert.All(_chat.Service.Updates, update => Assert.InRange(update.Held.Count + update.Ended.Count, 1, 1000));
    }

    [Fact]
    public async Task WhoReloadsIsHeldBeforeTheOldConnectionEnds()
    {
        await _chat.GreetAsync("mothra", "c1");
        var answer = new TaskCompletionSource();
        _chat.Service.Pause = answer.Task;
        _chat.Sync.Connected("gamera", "c0"); // Under way.
        _chat.Sync.Disconnected("mothra", "c1");
        _chat.Sync.Connected("mothra", "c2");
        answer.SetResult();

        await Eventually.TrueAsync(() => Held.Contains("c2") && Ended.Contains("c1"), "both are told");
        var update = _chat.Service.Updates.Single(update => update.Ended.Count > 0);
        Assert.Contains(update.Held.Concat(_chat.Service.Updates.TakeWhile(earlier => !ReferenceEquals(earlier, update)).SelectMany(earlier => earlier.Held)),
            connection => connection.ConnectionId == "c2");
    }

    [Fact]
    public async Task AConnectionGetsTheListOnceAndThenOnlyChanges()
    {
        await _chat.GreetAsync("mothra", "c1");
        var greeted = _chat.Hub.Sent.Count;
        _chat.Service.Say(new WatchResponse { Version = 2, Joined = { "mothra", "rodan" } });
        _chat.Service.Say(new WatchResponse { Version = 3, Left = { "rodan", "nobody" } });
        await Eventually.TrueAsync(() => _chat.Hub.Sent.Count == greeted + 2, "both changes are told");

        Assert.Equal(["rodan"], _chat.Hub.Sent.Select(sent => sent.Event).OfType<PresenceList>().Single().Online);
        var changes = _chat.Hub.Sent.Skip(greeted).Select(sent => sent.Event).OfType<PresenceChange>().ToList();
        Assert.Equal([["mothra"], []], changes.Select(change => change.Joined));
        Assert.Equal([[], ["rodan"]], changes.Select(change => change.Left));
    }

    [Fact]
    public async Task TheListIsToldOnlyWhenItHasTheConnectionsOwnUser()
    {
        _chat.Service.Say(new WatchResponse { Version = 2 });
        var answer = new TaskCompletionSource();
        _chat.Service.Pause = answer.Task;
        _chat.Sync.Connected("mothra", "c1");
        await _chat.PassUntilAsync(() => _chat.Watch.Online.Count == 1, "the watch is there");
        Assert.DoesNotContain(_chat.Hub.Sent, sent => sent.Event is PresenceList);

        _chat.Service.Say(new WatchResponse { Version = 3, Joined = { "mothra" } });
        answer.SetResult();

        await Eventually.TrueAsync(() => _chat.Hub.Sent.Any(sent => sent.Event is PresenceList), "the list is told");
        Assert.Equal(["mothra", "rodan"], _chat.Hub.Sent.Select(sent => sent.Event).OfType<PresenceList>().Single().Online);
    }

    [Fact]
    public async Task LeasesAreRenewedWithWhoWasActive()
    {
        await _chat.GreetAsync("mothra", "c1");
        await _chat.GreetAsync("rodan", "c2");
        _chat.Sync.Touch("c1");

        await _chat.PassUntilAsync(() => Held.Count(id => id == "c1") >= 3, "they are renewed twice");

        bool[] Active(string id) => [.. _chat.Service.Updates.SelectMany(update => update.Held).Where(held => held.ConnectionId == id).Select(held => held.Active).Take(3)];
        Assert.Equal([false, true, false], Active("c1"));
        Assert.DoesNotContain(true, Active("c2"));
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.Internal)]
    public async Task WhatIsRefusedDoesNotStopTheRest(StatusCode refusal)
    {
        _chat.Service.Refusal = refusal;
        _chat.Sync.Connected("bad", "c1");
        await Eventually.TrueAsync(() => _chat.Service.Refusal is null, "it is refused");

        await _chat.GreetAsync("mothra", "c2");

        Assert.Contains("c2", Held);
    }

    [Fact]
    public async Task AfterAnOutageEverybodyIsRightWithoutConnectingAgain()
    {
        await _chat.GreetAsync("mothra", "c1");
        await _chat.GreetAsync("gamera", "c2");
        _chat.Service.IsAway = true;
        _chat.Service.Break();
        _chat.Sync.Connected("battra", "c3");
        _chat.Sync.Disconnected("gamera", "c2");
        await _chat.PassUntilAsync(() => _chat.Service.Watches.Count > 2, "it tries again");
        Assert.DoesNotContain("c3", Held);
        var told = _chat.Hub.Sent.Count;

        _chat.Service.IsAway = false;
        _chat.Service.Say(PresenceParts.Snapshot(20, "battra", "mothra"));
        await _chat.PassUntilAsync(
            () => Held.Contains("c3") && Ended.Contains("c2") && Held.Count(id => id == "c1") == 2 && _chat.Hub.Sent.Count >= told + 2,
            "Presence knows, and so do they");

        var after = _chat.Hub.Sent.Skip(told).Select(sent => sent.Event).ToList();
        var change = after.OfType<PresenceChange>().Single();
        Assert.Equal(["battra", "mothra"], change.Joined.Order(StringComparer.Ordinal));
        Assert.Equal(["rodan"], change.Left);
        Assert.Equal(["battra", "mothra"], after.OfType<PresenceList>().Single().Online);
        Assert.Equal(1, _chat.Service.Watches[^1]);
    }

    [Fact]
    public async Task AShutdownSaysGoodbyeForAll()
    {
        await _chat.GreetAsync("mothra", "c1");
        await _chat.GreetAsync("gamera", "c2");

        await _chat.Sync.StopAsync(CancellationToken.None);

        Assert.Equal(["c1", "c2"], Ended.Order(StringComparer.Ordinal));
        Assert.Single(_chat.Service.Updates, update => update.Ended.Count > 0);
    }
}
