using System.Diagnostics;
using System.Globalization;
using Godzilla.Inference.Budgets;
using Godzilla.Inference.Usage;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Inference;

/// <summary>Two replicas over a real Redis and a real database.</summary>
[Collection(SharedStores.Name)]
public sealed class BudgetTests(Stores stores) : IAsyncLifetime
{
    private const string Model = "godzilla-mini";

    private readonly BudgetOptions _options = new() { Lease = TimeSpan.FromSeconds(2) };
    private readonly string _mothra = $"mothra-{Guid.NewGuid():N}"[..24];
    private readonly string _key = Guid.NewGuid().ToString("N");
    private string _redis = "";
    private IMongoDatabase? _database;
    private BudgetReplica? _one;
    private BudgetReplica? _other;

    private BudgetReplica One => _one!;

    private BudgetReplica Other => _other!;

    public async Task InitializeAsync()
    {
        _redis = await stores.ConnectionStringAsync("redis");
        _database = new MongoClient(await stores.ConnectionStringAsync("mongodb")).GetDatabase($"inference-{Guid.NewGuid():N}"[..24]);
        _one = await BudgetReplica.StartAsync(_redis, _database, _options);
        _other = await BudgetReplica.StartAsync(_redis, _database, _options);
    }

    public async Task DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
    }

    [Fact]
    public async Task OfManyRequestsAtOnceExactlyTheLimitIsAdmitted()
    {
        await WarmUpAsync();
        Limit(new BudgetLimits { RequestsPerMinute = 37 });

        var admitted = await ManyAsync(200, async (number, reservation) =>
        {
            if (number % 3 != 0)
            {
                await reservation.SettleAsync(new SpentTokens(5, 5, 0, 0));
            }

            await reservation.DisposeAsync();
        });

        Assert.Equal(37, admitted);
        Assert.Equal(0, One.Keeper.Held + Other.Keeper.Held);
        Assert.Equal(default, (await One.CountedAsync(_mothra)).Held);
        var refused = await Assert.ThrowsAsync<BudgetExceededException>(() => ReserveAsync(One));
        Assert.Equal((BudgetLimit.RequestsPerMinute, BudgetOwner.User), (refused.Limit, refused.Owner));
        Assert.Equal(0, refused.State.Requests!.Value.Remaining);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
        Assert.InRange(refused.State.Requests.Value.Reset, refused.RetryAfter.Value, TimeSpan.FromSeconds(61));
    }

    [Theory]
    [InlineData(BudgetLimit.TokensPerMinute, BudgetOwner.User)]
    [InlineData(BudgetLimit.TokensPerMonth, BudgetOwner.User)]
    [InlineData(BudgetLimit.MoneyPerMonth, BudgetOwner.User)]
    [InlineData(BudgetLimit.TokensPerMinute, BudgetOwner.Key)]
    [InlineData(BudgetLimit.TokensPerMonth, BudgetOwner.Key)]
    [InlineData(BudgetLimit.MoneyPerMonth, BudgetOwner.Key)]
    internal async Task NoNumberOfRequestsAtOnceGetsPastALimit(BudgetLimit limit, BudgetOwner owner)
    {
        await WarmUpAsync();

        // Room for 37 and a half.
        Limit(
            limit switch
            {
                BudgetLimit.TokensPerMinute => new BudgetLimits { TokensPerMinute = 3750 },
                BudgetLimit.TokensPerMonth => new BudgetLimits { TokensPerMonth = 3750 },
                _ => new BudgetLimits { DollarsPerMonth = 0.00375m },
            },
            owner);

        var admitted = await ManyAsync(120, (_, reservation) => reservation.SettleAsync(new SpentTokens(40, 60, 0, 100)));

        Assert.Equal(37, admitted);
        var refused = await Assert.ThrowsAsync<BudgetExceededException>(() => ReserveAsync(Other));
        Assert.Equal((limit, owner), (refused.Limit, refused.Owner));
        Assert.Equal(limit != BudgetLimit.TokensPerMinute, refused.IsQuota);
        await using var smaller = await ReserveAsync(Other, new Spend(50, 50));
    }

    [Fact]
    public async Task WhatIsNotUsedComesBackWhenARequestIsSettledOrGivenUp()
    {
        Limit(new BudgetLimits { TokensPerMinute = 1000, TokensPerMonth = 1000, DollarsPerMonth = 0.001m });
        var settled = await ReserveAsync(One, new Spend(1000, 1000));
        await Assert.ThrowsAsync<BudgetExceededException>(() => ReserveAsync(Other, new Spend(1, 1)));

        await settled.SettleAsync(new SpentTokens(100, 200, 50, 250));
        await settled.SettleAsync(new SpentTokens(1, 1, 1, 1));
        await settled.DisposeAsync();
        var givenUp = await ReserveAsync(Other, new Spend(700, 750));
        Assert.Equal(0, givenUp.State.Tokens!.Value.Remaining);
        await givenUp.DisposeAsync();
        await givenUp.SettleAsync(new SpentTokens(1, 1, 1, 1));

        await using var last = await ReserveAsync(One, new Spend(700, 750));
        Assert.Equal((new Spend(300, 250), new Spend(700, 750)), await One.CountedAsync(_mothra));
        await UsageIsAsync(new(Requests: 1, Prompt: 100, Completion: 200, Cached: 50, Unaccounted: 0, MicroDollars: 250));
    }

    [Fact]
    public async Task ARequestThatIsLargerThanABudgetIsToldSo()
    {
        Limit(new BudgetLimits { TokensPerMinute = 100, TokensPerMonth = 1000 });

        var forever = await Assert.ThrowsAsync<BudgetExceededException>(() => ReserveAsync(One, new Spend(101, 0)));

        Assert.Equal((BudgetLimit.TokensPerMinute, null), (forever.Limit, forever.RetryAfter));
        Assert.Equal("tokens", forever.Type);
        Assert.Equal("rate_limit_exceeded", forever.Code);
        Assert.Contains("limit 100, left 100, needed at most 101", forever.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeReservedIsTheCallersFault()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReserveAsync(One, new Spend(-1, 0)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReserveAsync(One, new Spend(0, -1)));
        foreach (var (user, key, model) in new[] { ("mothra\n", _key, Model), (_mothra, "\n", Model), (_mothra, _key, "go\ndzilla") })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => One.Ledger.ReserveAsync(user, key, model, default, CancellationToken.None));
        }

        Assert.Equal(0, One.Keeper.Held);
    }

    [Fact]
    public async Task AReplicaKnowsWhatItHolds()
    {
        var first = await ReserveAsync(One, new Spend(100, 10));
        await using var second = await ReserveAsync(One, new Spend(20, 3));

        Assert.Equal((2, new Spend(120, 13)), (One.Keeper.Held, One.Keeper.HeldSpend));
        await first.DisposeAsync();
        Assert.Equal((1, new Spend(20, 3)), (One.Keeper.Held, One.Keeper.HeldSpend));
    }

    [Fact]
    public async Task TheStateIsThatOfWhoHasLessLeft()
    {
        _options.Users[_mothra] = new BudgetLimits { RequestsPerMinute = 10, TokensPerMinute = 500 };
        _options.Keys[_key] = new BudgetLimits { RequestsPerMinute = 3, TokensPerMinute = 5000 };

        await using var reservation = await ReserveAsync(One);
        await using var elsewhere = await One.Ledger.ReserveAsync(_mothra, "", Model, new Spend(100, 0), CancellationToken.None);

        Assert.Equal((3, 2), (reservation.State.Requests!.Value.Limit, reservation.State.Requests.Value.Remaining));
        Assert.Equal((500, 400), (reservation.State.Tokens!.Value.Limit, reservation.State.Tokens.Value.Remaining));
        Assert.Equal((10, 8), (elsewhere.State.Requests!.Value.Limit, elsewhere.State.Requests.Value.Remaining));
        Assert.Equal((500, 300), (elsewhere.State.Tokens!.Value.Limit, elsewhere.State.Tokens.Value.Remaining));
        Assert.InRange(reservation.State.Requests.Value.Reset, TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(61));
    }

    [Fact]
    public async Task AProcessThatDiesCostsTheWorstCaseAndLeavesNothingHeld()
    {
        Limit(new BudgetLimits { TokensPerMonth = 1000 });
        await using var dead = await BudgetReplica.StartAsync(_redis, _database!, _options);
        await ReserveAsync(dead, new Spend(600, 70));
        var alive = await ReserveAsync(One, new Spend(300, 30));
        await dead.DieAsync();

        await UsageIsAsync(new(Requests: 1, Prompt: 0, Completion: 0, Cached: 0, Unaccounted: 600, MicroDollars: 70));

        // What is alive is renewed past its lease.
        Assert.Equal((new Spend(600, 70), new Spend(300, 30)), await One.CountedAsync(_mothra));
        await alive.SettleAsync(new SpentTokens(10, 20, 0, 3));
        Assert.Equal((new Spend(630, 73), default), await Other.CountedAsync(_mothra));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatRanOutAndEndsAfterAllIsSetRight(bool isSettled)
    {
        var reservation = await ReserveAsync(One, new Spend(600, 70));
        await Other.Redis.SortedSetAddAsync(BudgetKeys.OfPart(BudgetKeys.PartOf(_mothra))[2], reservation.Entry.Id, 1, When.Exists);
        await Other.Keeper.KeepAsync();
        Assert.Equal((new Spend(600, 70), default), await Other.CountedAsync(_mothra));

        if (isSettled)
        {
            await reservation.SettleAsync(new SpentTokens(10, 20, 5, 3));
        }

        await reservation.DisposeAsync();

        Assert.Equal((isSettled ? new Spend(30, 3) : default, default), await Other.CountedAsync(_mothra));
        await UsageIsAsync(isSettled ? new(1, 10, 20, 5, 0, 3) : new(0, 0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task UsageThatADeadProcessHasNotWrittenIsWrittenByAnotherOnce()
    {
        await using var dead = await BudgetReplica.StartAsync(_redis, _database!, _options, writes: false);
        for (var number = 0; number < 300; number++)
        {
            await (await ReserveAsync(dead)).SettleAsync(new SpentTokens(3, 4, 1, 5));
        }

        await dead.DieAsync();
        await One.AgeUnwrittenAsync(_mothra);

        await UsageIsAsync(new(Requests: 300, Prompt: 900, Completion: 1200, Cached: 300, Unaccounted: 0, MicroDollars: 1500));
        await NothingIsUnwrittenAsync();
        await UsageIsAsync(new(Requests: 300, Prompt: 900, Completion: 1200, Cached: 300, Unaccounted: 0, MicroDollars: 1500));
    }

    [Fact]
    public async Task WhatIsWrittenAndNotNotedIsNotWrittenAgain()
    {
        // A writer that dies between the two.
        await using var dead = await BudgetReplica.StartAsync(_redis, _database!, _options, writes: false);
        var records = new List<UsageRecord>();
        for (var number = 0; number < 100; number++)
        {
            var reservation = await ReserveAsync(dead);
            records.Add((await dead.Store.FinishAsync(reservation.Entry, FinishMode.Settle, new SpentTokens(3, 4, 1, 5)))!);
        }

        Assert.True(await dead.Usage.TryAddAsync([(records[0].DocumentId, 0, records[..50])]));
        await dead.DieAsync();
        await One.AgeUnwrittenAsync(_mothra);

        await NothingIsUnwrittenAsync();
        await UsageIsAsync(new(Requests: 100, Prompt: 300, Completion: 400, Cached: 100, Unaccounted: 0, MicroDollars: 500));
    }

    [Fact]
    public async Task AMonthThatRedisDoesNotKnowIsLoadedWithWhatIsStillToBeWritten()
    {
        Limit(new BudgetLimits { TokensPerMonth = 1000 });
        await (await ReserveAsync(One)).SettleAsync(new SpentTokens(100, 200, 0, 30));
        await UsageIsAsync(new(1, 100, 200, 0, 0, 30));
        await using var silent = await BudgetReplica.StartAsync(_redis, _database!, _options, writes: false);
        await (await ReserveAsync(silent)).SettleAsync(new SpentTokens(50, 60, 0, 7));
        await using var held = await ReserveAsync(One);

        var keys = BudgetKeys.OfUser(_mothra);
        var loaded = (await One.Redis.HashKeysAsync(keys[4])).Single(field => field.StartsWith("loaded:"));
        await One.Redis.HashDeleteAsync(keys[4], loaded);
        await using var more = await ReserveAsync(Other);

        Assert.Equal((new Spend(410, 37), new Spend(200, 200)), await One.CountedAsync(_mothra));
        var refused = await Assert.ThrowsAsync<BudgetExceededException>(() => ReserveAsync(Other, new Spend(391, 0)));
        Assert.Contains("left 390", refused.Message, StringComparison.Ordinal);
        await silent.DieAsync();
    }

    [Fact]
    public async Task ARedisThatHangsIsAnOutageWithinASecondAndHoldsNothingAfterwards()
    {
        await using var server = await RedisServer.StartAsync();
        await using var replica = await BudgetReplica.StartAsync(server.ConnectionString, _database!, _options);
        await (await ReserveAsync(replica)).SettleAsync(new SpentTokens(1, 2, 0, 3));
        var running = await ReserveAsync(replica);

        using (PatientStores.AsAService())
        {
            Signals.Freeze(server.Pid);
            var watch = Stopwatch.StartNew();
            await Assert.ThrowsAsync<TimeoutException>(() => ReserveAsync(replica));
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, Slack.Second);
            await running.SettleAsync(new SpentTokens(10, 20, 0, 30));
            Assert.Equal(2, replica.Keeper.Late);
        }

        Signals.Thaw(server.Pid);

        await Eventually.TrueAsync(
            async () => replica.Keeper.Late == 0 && await replica.CountedAsync(_mothra) == (new Spend(33, 33), default),
            "what was late is settled, and what nobody got is given back");
        await UsageIsAsync(new(Requests: 2, Prompt: 11, Completion: 22, Cached: 0, Unaccounted: 0, MicroDollars: 33));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARedisThatLostItsMemoryIsFilledAgainBeforeTheNextAdmission(bool hasAnOldOne)
    {
        Limit(new BudgetLimits { TokensPerMonth = 1000 });
        await using var server = await RedisServer.StartAsync();
        await using var replica = await BudgetReplica.StartAsync(server.ConnectionString, _database!, _options);
        await using var second = await BudgetReplica.StartAsync(server.ConnectionString, _database!, _options);
        await (await ReserveAsync(replica)).SettleAsync(new SpentTokens(100, 100, 0, 20));
        var old = await ReserveAsync(second, new Spend(50, 50));
        if (hasAnOldOne)
        {
            await replica.Redis.ExecuteAsync("SAVE");
        }

        // None of this is in what was saved.
        await old.SettleAsync(new SpentTokens(20, 30, 0, 5));
        await (await ReserveAsync(second)).SettleAsync(new SpentTokens(100, 50, 0, 15));
        var held = await ReserveAsync(replica, new Spend(300, 30));
        await UsageIsAsync(new(Requests: 3, Prompt: 220, Completion: 180, Cached: 0, Unaccounted: 0, MicroDollars: 40));
        using (PatientStores.AsAService())
        {
            await server.KillAsync();
            await server.StartAgainAsync();

            var refused = await AnswerAsync(() => ReserveAsync(second, new Spend(301, 0)));
            Assert.Contains("left 300", refused.Message, StringComparison.Ordinal);
        }

        await using var rest = await ReserveAsync(second, new Spend(300, 0));

        await held.SettleAsync(new SpentTokens(200, 100, 0, 30));
        Assert.Equal((new Spend(700, 70), new Spend(300, 0)), await replica.CountedAsync(_mothra));
        await UsageIsAsync(new(Requests: 4, Prompt: 420, Completion: 280, Cached: 0, Unaccounted: 0, MicroDollars: 70));
    }

    [Fact]
    public async Task ADatabaseThatIsAwayDelaysUsageAndLosesNone()
    {
        var settings = MongoClientSettings.FromConnectionString(await stores.ConnectionStringAsync("mongodb"));
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(1);
        await using var proxy = StoreProxy.Before(settings);
        var through = new MongoClient(settings).GetDatabase(_database!.DatabaseNamespace.DatabaseName);
        await using var replica = await BudgetReplica.StartAsync(_redis, through, _options);
        await (await ReserveAsync(replica)).SettleAsync(new SpentTokens(1, 1, 0, 1));
        await UsageIsAsync(new(1, 1, 1, 0, 0, 1));

        proxy.HoldAnswers();
        await Task.WhenAll(Enumerable.Range(0, 400).Select(async _ => await (await ReserveAsync(replica)).SettleAsync(new SpentTokens(1, 2, 0, 3))));
        Assert.Equal(new Spend(1202, 1201), (await One.CountedAsync(_mothra)).Spent);
        var stranger = $"rodan-{Guid.NewGuid():N}"[..24];
        using (PatientStores.AsAService())
        {
            await Assert.ThrowsAsync<TimeoutException>(() => replica.Ledger.ReserveAsync(stranger, "", Model, default, CancellationToken.None));
        }

        proxy.Release();

        await NothingIsUnwrittenAsync();
        await UsageIsAsync(new(Requests: 401, Prompt: 401, Completion: 801, Cached: 0, Unaccounted: 0, MicroDollars: 1201));
    }

    [Fact]
    public async Task TheCalendarIsRight()
    {
        var random = new Random(1954);
        var script = BudgetScripts.Calendar + "local day, month, ends = date(tonumber(ARGV[1])) return { day, month, string.format('%.0f', ends) }";
        for (var number = 0; number < 500; number++)
        {
            var time = DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(0, 130L * 365 * 24 * 3600));
            var answer = (string[])(await One.Redis.ScriptEvaluateAsync(script, [], [time.ToUnixTimeSeconds()]))!;
            var ends = new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1).ToUnixTimeMilliseconds();
            Assert.Equal(
                [$"{time:yyyy-MM-dd}", $"{time:yyyy-MM}", ends.ToString(CultureInfo.InvariantCulture)],
                answer);
        }
    }

    private static async Task<BudgetExceededException> AnswerAsync(Func<Task> reserve)
    {
        BudgetExceededException? refused = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await reserve();
                    Assert.Fail("It was admitted.");
                    return false;
                }
                catch (BudgetExceededException exception)
                {
                    refused = exception;
                    return true;
                }
                catch (Exception exception) when (exception is TimeoutException or RedisConnectionException or OperationCanceledException)
                {
                    return false;
                }
            },
            "there is an answer");
        return refused!;
    }

    // Nothing is counted, and the month is loaded: on a busy machine that takes longer than a crowd may wait.
    private async Task WarmUpAsync()
    {
        Limit(new BudgetLimits());
        await (await ReserveAsync(One)).DisposeAsync();
        await (await ReserveAsync(Other)).DisposeAsync();
    }

    private void Limit(BudgetLimits limits, BudgetOwner owner = BudgetOwner.User)
    {
        var others = new BudgetLimits { RequestsPerMinute = 0, TokensPerMinute = 0, TokensPerMonth = 0, DollarsPerMonth = 0 };
        _options.Users[_mothra] = owner == BudgetOwner.User ? limits.Or(others) : others;
        _options.Keys[_key] = owner == BudgetOwner.Key ? limits.Or(others) : others;
    }

    private Task<Reservation> ReserveAsync(BudgetReplica replica, Spend? worstCase = null) =>
        replica.Ledger.ReserveAsync(_mothra, _key, Model, worstCase ?? new Spend(100, 100), CancellationToken.None);

    // All are admitted before the first one ends.
    private async Task<int> ManyAsync(int count, Func<int, Reservation, Task> end)
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, count).Select(async number =>
        {
            try
            {
                return await ReserveAsync(number % 2 == 0 ? One : Other);
            }
            catch (BudgetExceededException)
            {
                return null;
            }
        }));
        await Task.WhenAll(attempts.Select((reservation, number) => reservation is null ? Task.CompletedTask : end(number, reservation)));
        return attempts.Count(reservation => reservation is not null);
    }

    private Task UsageIsAsync(Expected expected)
    {
        Expected? found = null;
        return Eventually.TrueAsync(
            async () =>
            {
                found = (await One.UsageOfAsync(_mothra)).TryGetValue(Model, out var usage)
                    ? new Expected(usage.Requests, usage.Prompt, usage.Completion, usage.Cached, usage.Unaccounted, usage.MicroDollars)
                    : null;
                return found == expected;
            },
            $"the usage is {expected}");
    }

    private Task NothingIsUnwrittenAsync() =>
        Eventually.TrueAsync(async () => !await One.Redis.KeyExistsAsync(BudgetKeys.OfUser(_mothra)[5]), "everything is written");

    private sealed record Expected(long Requests, long Prompt, long Completion, long Cached, long Unaccounted, long MicroDollars);
}
