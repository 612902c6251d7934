using System.Diagnostics;
using CsCheck;
using Godzilla.Presence.V1;
using Godzilla.Tests.Unit;
using Grpc.Core;
using StackExchange.Redis;

namespace Godzilla.Tests.System.Presence;

/// <summary>
/// Whatever three Chat replicas do with two Presence replicas, and whatever is killed meanwhile: afterwards all know the same, and it is
/// true. A failure names the seed of its case; <c>CsCheck_Seed</c> repeats it.
/// </summary>
[Collection(SharedStores.Name)]
public sealed class ModelTests(Stores stores)
{
    private const int Steps = 10_000;
    private const int Chats = 3;
    private const int Users = 40;

    // As long as a lease, the delay of leaves and a moment.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(12);

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Frequency(
            (30, Gen.Const(Kind.Connect)), (30, Gen.Const(Kind.Disconnect)), (10, Gen.Const(Kind.Reload)), (28, Gen.Const(Kind.Type)), (2, Gen.Const(Kind.Die))),
        Gen.Int[0, Chats - 1],
        Gen.Int[0, Users - 1],
        Gen.Int[0, 1000],
        (kind, chat, user, number) => new Step(kind, chat, user, number));

    private static readonly Gen<Case> AnyCase = Gen.Select(
        AnyStep.Array[Steps], Gen.Int[0, Steps - 1].Array[4], Gen.Int[0, Steps - 1].Array[4], (steps, kills, cuts) => new Case(steps, kills, cuts));

    private enum Kind
    {
        Connect,
        Disconnect,
        Reload,
        Type,
        Die,
    }

    [Fact]
    public async Task AfterAQuietWhileAllReplicasAndAllWatchersEqualTheModel() =>
        await AnyCase.SampleAsync(RunAsync, iter: 1, threads: 1, print: one => $"kills at {string.Join(' ', one.Kills)}, cuts at {string.Join(' ', one.Cuts)}");

    private async Task RunAsync(Case one)
    {
        var connection = await stores.ConnectionStringAsync("redis");
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{connection},allowAdmin=true");
        using var first = await PresenceProcess.StartAsync(connection);
        using var second = await PresenceProcess.StartAsync(connection);
        PresenceProcess[] replicas = [first, second];
        await using var one1 = await ChatSide.StartAsync(first.Address, second.Address);
        await using var one2 = await ChatSide.StartAsync(second.Address, first.Address);
        await using var one3 = await ChatSide.StartAsync(first.Address, second.Address);
        var run = new Run(replicas, [one1, one2, one3]);

        var restarts = new List<Task>();
        for (var at = 0; at < one.Steps.Length; at++)
        {
            if (Array.IndexOf(one.Kills, at) is var kill and >= 0)
            {
                restarts.Add(replicas[kill % 2].RestartAsync());
            }

            if (one.Cuts.Contains(at))
            {
                // The subscriptions of both replicas break.
                await redis.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            }

            await run.DoAsync(one.Steps[at], at);
        }

        await Task.WhenAll(restarts);
        var since = Stopwatch.StartNew();
        string difference;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while ((difference = await run.DifferenceAsync()).Length > 0 && since.Elapsed < Quiet)
        {
            await pause.WaitForNextTickAsync();
        }

        Assert.Equal("", difference);
        Assert.NotEmpty(run.Online);
    }

    private sealed record Step(Kind Kind, int Chat, int User, int Number);

    private sealed record Case(Step[] Steps, int[] Kills, int[] Cuts);

    private sealed class Run(PresenceProcess[] replicas, ChatSide[] chats)
    {
        private readonly string _prefix = $"m{Guid.NewGuid():N}-"[..8];

        // The model: the open connections of each chat.
        private readonly List<(string User, string Id)>[] _open = [.. chats.Select(_ => new List<(string, string)>())];

        public string[] Online => [.. _open.SelectMany(open => open).Select(connection => connection.User).Distinct().Order(StringComparer.Ordinal)];

        public async Task DoAsync(Step step, int at)
        {
            var (chat, open, user) = (chats[step.Chat], _open[step.Chat], $"{_prefix}{step.User}");
            switch (step.Kind)
            {
                case Kind.Connect:
                    Connect(chat, open, user, at);
                    break;
                case Kind.Disconnect or Kind.Reload when open.Count > 0:
                    var (whose, id) = open[step.Number % open.Count];
                    open.RemoveAt(step.Number % open.Count);
                    chat.Sync.Disconnected(whose, id);
                    if (step.Kind == Kind.Reload)
                    {
                        Connect(chat, open, whose, at);
                    }

                    break;
                case Kind.Type:
                    await TryAsync(() => chat.Client.SetTypingAsync(user, $"{_prefix}{step.Number % 3}", step.Number % 2 == 0, CancellationToken.None));
                    break;
                case Kind.Die:
                    // Somebody holds a connection and dies at once.
                    await TryAsync(() => chat.Client.UpdateAsync(
                        new UpdateLeasesRequest { Held = { new Connection { Username = user, ConnectionId = $"{_prefix}dead{at}" } } },
                        CancellationToken.None));
                    break;
            }
        }

        /// <returns>What differs from the model; empty if nothing does.</returns>
        public async Task<string> DifferenceAsync()
        {
            var online = Online;
            foreach (var replica in replicas)
            {
                var answer = await replica.Client.GetOnlineUsersAsync(new Empty());
                if (!Own(answer.Usernames).SequenceEqual(online, StringComparer.Ordinal))
                {
                    return $"{replica.Address}: {Compare(answer.Usernames, online)}";
                }

                var typing = Own((await replica.Client.GetTypingUsersAsync(new Empty())).Usernames).ToArray();
                if (typing.Length > 0)
                {
                    return $"{replica.Address}: {string.Join(' ', typing)} type";
                }
            }

            foreach (var (index, chat) in chats.Index())
            {
                if (!Own(chat.Watch.Online).SequenceEqual(online, StringComparer.Ordinal))
                {
                    return $"watcher {index}: {Compare(chat.Watch.Online, online)}";
                }

                if (!Own(chat.Told.Order(StringComparer.Ordinal)).SequenceEqual(online, StringComparer.Ordinal))
                {
                    return $"clients of {index}: {Compare(chat.Told, online)}";
                }
            }

            return "";
        }

        private void Connect(ChatSide chat, List<(string User, string Id)> open, string user, int at)
        {
            open.Add((user, $"{_prefix}c{at}"));
            chat.Sync.Connected(user, $"{_prefix}c{at}");
        }

        private IEnumerable<string> Own(IEnumerable<string> users) => users.Where(user => user.StartsWith(_prefix, StringComparison.Ordinal));

        private string Compare(IEnumerable<string> found, string[] online)
        {
            string[] own = [.. Own(found)];
            return $"missing {string.Join(' ', online.Except(own, StringComparer.Ordinal))}, too many {string.Join(' ', own.Except(online, StringComparer.Ordinal))}";
        }

        private static async Task TryAsync(Func<Task> call)
        {
            try
            {
                await call();
            }
            catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                // A replica was killed; what was done, ends by itself.
            }
        }
    }
}
