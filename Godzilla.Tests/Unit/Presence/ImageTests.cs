extern alias presence;

using System.Diagnostics;
using Grpc.Core;
using presence::Godzilla.Presence.Leases;
using presence::Godzilla.Presence.Typing;
using presence::Godzilla.Presence.Watching;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Presence;

/// <summary>A replica's copy of the state: right, or known to be stale.</summary>
[Collection(SharedStores.Name)]
public sealed class ImageTests(Stores stores) : IAsyncLifetime
{
    private static readonly OnlineOptions Online = new() { LeaveDelay = TimeSpan.FromMilliseconds(100) };
    private readonly string _mothra = $"mothra-{Guid.NewGuid():N}";
    private readonly string _rodan = $"rodan-{Guid.NewGuid():N}";
    private string _redis = "";
    private PresenceReplica? _replica;

    private PresenceReplica Replica => _replica!;

    public async Task InitializeAsync()
    {
        _redis = await stores.ConnectionStringAsync("redis");
        _replica = await PresenceReplica.StartAsync(_redis, Online, new TypingOptions { Lifetime = TimeSpan.FromSeconds(1) });
    }

    public async Task DisposeAsync() => await Replica.DisposeAsync();

    [Fact]
    public async Task WhatItsSubscriptionDoesNotDeliverItReadsFromTheStore()
    {
        var server = ConfigurationOptions.Parse(_redis);
        await using var proxy = StoreProxy.Before(server);
        await using var deaf = await PresenceReplica.StartAsync(server.ToString(includePassword: true), Online);

        proxy.HoldMessages();
        await Replica.HoldAsync(_mothra, "c1");

        var watch = Stopwatch.StartNew();
        await Eventually.TrueAsync(() => deaf.IsOnlineAsync(_mothra), "it knows all the same");
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, PresenceImage.SilenceLimit + Slack.OfTheMachine);

        // Its own writes are right at once, and a store that does not answer is no answer.
        await deaf.HoldAsync(_rodan, "c2");
        Assert.True(await deaf.IsOnlineAsync(_rodan));
        proxy.HoldAnswers();
        await Eventually.TrueAsync(() => !deaf.Image.IsCurrent, "it knows that it may be stale");
        using var limit = PatientStores.AsAService();
        watch.Restart();
        await Assert.ThrowsAsync<TimeoutException>(() => deaf.IsOnlineAsync(_mothra));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Slack.Second);

        await Replica.EndAsync(_mothra, "c1");
        proxy.Release();
        await Eventually.TrueAsync(async () => deaf.Image.IsCurrent && !await deaf.IsOnlineAsync(_mothra), "it is right again");
    }

    [Fact]
    public async Task AHeartbeatThatNamesAVersionThatItLacksMakesItReadTheStore()
    {
        await Replica.HoldAsync(_mothra, "c1");
        Assert.True(Replica.Image.IsCurrent);

        Replica.Image.Hear(Replica.Image.Version + 1, TimeProvider.System.GetTimestamp());

        Assert.False(Replica.Image.IsCurrent);
        Assert.True(await Replica.IsOnlineAsync(_mothra));
        Assert.True(Replica.Image.IsCurrent);
    }

    [Fact]
    public async Task TypingEndsByItselfAndWatchersAreTold()
    {
        var watcher = WatchReader.Start(Replica.Image);
        var watch = Stopwatch.StartNew();
        await Replica.TypeAsync(_mothra, "d1");
        await Replica.TypeAsync(_mothra, "d1");

        await Eventually.TrueAsync(() => watcher.ToldOf(_mothra) is ["typing", "stopped"], "it ends");

        Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(1), $"after {watch.Elapsed}");
        Assert.DoesNotContain(_mothra, Replica.Image.TypingIn("d1"));
        watcher.Stop();
    }

    [Fact]
    public async Task AWatchThatComesBackGetsWhatItMissedAtAnyReplica()
    {
        await using var other = await PresenceReplica.StartAsync(_redis, Online);
        var first = WatchReader.Start(Replica.Image);
        var version = await Replica.HoldAsync(_mothra, "c1");
        await Eventually.TrueAsync(() => first.ToldOf(_mothra) is ["joined"] && first.Version >= version, "mothra has come");
        Assert.NotNull(first.Told[0].Snapshot);
        first.Stop();
        await first.Ended;
        await Replica.HoldAsync(_rodan, "c2");

        foreach (var replica in new[] { Replica, other })
        {
            var again = WatchReader.Start(replica.Image, version);
            await Eventually.TrueAsync(() => again.ToldOf(_rodan) is ["joined"], "rodan has come");
            Assert.All(again.Told, message => Assert.Null(message.Snapshot));
            Assert.Empty(again.ToldOf(_mothra));
            again.Stop();
        }
    }

    [Fact]
    public async Task AWatchThatIsTooFarBackStartsOver()
    {
        await using var forgetful = await PresenceReplica.StartAsync(_redis, Online, watching: new WatchingOptions { History = 1 });
        var version = await forgetful.HoldAsync(_mothra, "c1");
        await forgetful.HoldAsync(_rodan, "c2");
        await forgetful.EndAsync(_rodan, "c2");

        foreach (var from in new[] { version, 1, long.MaxValue })
        {
            var again = WatchReader.Start(forgetful.Image, from);
            await Eventually.TrueAsync(() => again.Told.Count > 0, "it is told something");
            Assert.Contains(_mothra, again.Told[0].Snapshot.Online);
            again.Stop();
        }
    }

    [Fact]
    public async Task ASlowWatcherIsCutOffAndTheOthersAreNot()
    {
        await using var strict = await PresenceReplica.StartAsync(_redis, Online, watching: new WatchingOptions { MaxWaiting = 3 });
        var slow = strict.Image.Watch(0);
        var quick = WatchReader.Start(strict.Image);
        for (var number = 0; number < 20; number++)
        {
            var user = $"{_mothra}-{number}";
            await strict.HoldAsync(user, "c1");
            await Eventually.TrueAsync(() => quick.ToldOf(user) is ["joined"], "the other is told");
        }

        var end = await Assert.ThrowsAsync<RpcException>(() => slow.RunAsync((_, _) => Task.CompletedTask, CancellationToken.None));

        Assert.Equal(StatusCode.ResourceExhausted, end.StatusCode);
        strict.Image.Unwatch(slow);
        quick.Stop();
    }

    [Fact]
    public async Task AfterALossOfTheStoresDataVersionsJumpAndEverybodyStartsOver()
    {
        var watcher = WatchReader.Start(Replica.Image);
        var before = await Replica.HoldAsync(_mothra, "c1");
        await using (var redis = await ConnectionMultiplexer.ConnectAsync(_redis))
        {
            var keys = new[] { "connections", "users", "anonymous", "typing", "leaving", "active", "seen", "version", "run" };
            await redis.GetDatabase().KeyDeleteAsync([.. keys.Select(key => (RedisKey)$"presence:{key}")]);
        }

        var after = await Replica.HoldAsync(_rodan, "c2");

        Assert.True(after > before);
        Assert.True(await Replica.IsOnlineAsync(_rodan));
        await Eventually.TrueAsync(async () => !await Replica.IsOnlineAsync(_mothra), "what was lost is gone");
        await Eventually.TrueAsync(() => watcher.Told[^1].Snapshot?.Online.Contains(_rodan) == true, "watchers have a new snapshot");
        watcher.Stop();
    }
}
