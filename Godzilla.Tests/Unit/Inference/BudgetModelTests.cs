using CsCheck;
using Godzilla.Inference.Budgets;
using Godzilla.Inference.Usage;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Inference;

/// <summary>
/// Two replicas, over a real Redis and a real database, do what a few lines of addition say: one request after another, or many at once.
/// </summary>
[Collection(SharedStores.Name)]
public sealed class BudgetModelTests(Stores stores) : IAsyncLifetime
{
    private const string Model = "godzilla-mini";
    private const int Steps = 40;

    private static readonly Gen<Step> GenStep = Gen.Select(
        Gen.Frequency((5, Gen.Const(Kind.Reserve)), (3, Gen.Const(Kind.Settle)), (1, Gen.Const(Kind.Cancel)), (1, Gen.Const(Kind.Expire)), (1, Gen.Const(Kind.Forget))),
        Gen.Int[0, 1],
        Gen.Int[0, 2],
        Gen.Select(Gen.Long[0, 60], Gen.Long[0, 60], (tokens, money) => new Spend(tokens, money)),
        Gen.Int[0, 1000],
        Gen.Int[0, 100]).Select((kind, replica, key, most, which, percent) => new Step(kind, replica, key, most, which, percent));

    private static readonly Gen<BudgetLimits> GenLimits = Gen.Select(
        Gen.OneOf(Gen.Const(0L), Gen.Long[3, 20]), Gen.OneOf(Gen.Const(0L), Gen.Long[30, 400]),
        Gen.OneOf(Gen.Const(0L), Gen.Long[30, 400]), Gen.OneOf(Gen.Const(0L), Gen.Long[30, 400])).Select((requests, minute, month, money) => new BudgetLimits
        {
            RequestsPerMinute = requests,
            TokensPerMinute = minute,
            TokensPerMonth = month,
            DollarsPerMonth = money / 1_000_000m,
        });

    private readonly BudgetOptions _options = new();
    private readonly List<BudgetReplica> _replicas = [];

    private enum Kind
    {
        Reserve,
        Settle,
        Cancel,
        Expire,
        Forget,
    }

    public async Task InitializeAsync()
    {
        var redis = await stores.ConnectionStringAsync("redis");
        var database = new MongoClient(await stores.ConnectionStringAsync("mongodb")).GetDatabase($"inference-{Guid.NewGuid():N}"[..24]);
        _replicas.Add(await BudgetReplica.StartAsync(redis, database, _options));
        _replicas.Add(await BudgetReplica.StartAsync(redis, database, _options));
    }

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public Task OneRequestAfterAnotherTheLedgerAgreesWithTheModel() =>
        Gen.Select(GenLimits, GenLimits, GenStep.Array[1, Steps]).SampleAsync((ofUser, ofKeys, steps) => AgainAfterATimeoutAsync(() => RunInTurnAsync(ofUser, ofKeys, steps)), iter: 60, threads: 1);

    [Fact]
    public Task ManyAtOnceNeverSpendMoreThanALimitAndEndAtWhatWasSettled() =>
        Gen.Select(GenLimits, GenStep.Array[20, 2 * Steps]).SampleAsync((ofUser, steps) => AgainAfterATimeoutAsync(() => RunAtOnceAsync(ofUser, steps)), iter: 25, threads: 1);

    // The model knows no store that is slow. Another run has a user and keys of its own.
    private static async Task AgainAfterATimeoutAsync(Func<Task> run)
    {
        for (var left = 3; ; left--)
        {
            try
            {
                await run();
                return;
            }
            catch (TimeoutException exception) when (left > 1 && exception.InnerException is null) // One of Eventually has a reason, and is a difference.
            {
            }
        }
    }

    private async Task RunInTurnAsync(BudgetLimits ofUser, BudgetLimits ofKeys, Step[] steps)
    {
        var (user, keys) = Begin(ofUser, ofKeys);
        var model = new Ledger(ofUser, ofKeys);
        var (held, expired) = (new List<Request>(), new List<Request>());
        foreach (var step in steps)
        {
            var requests = step.Which % 2 == 0 || expired.Count == 0 ? held : expired;
            switch (step.Kind)
            {
                case Kind.Reserve:
                    var isAllowed = model.TryReserve(step.Key, step.Most);
                    var reservation = await TryReserveAsync(step, user, keys);
                    Assert.Equal(isAllowed, reservation is not null);
                    if (reservation is not null)
                    {
                        held.Add(new Request(reservation, step.Replica, step.Key));
                    }

                    break;
                case Kind.Settle when Take(requests, step) is { } request:
                    var spent = step.Of(request.Most);
                    await request.Reservation.SettleAsync(spent);
                    await request.Reservation.DisposeAsync();
                    model.Settle(request.Key, request.Most, spent, wasExpired: requests == expired);
                    break;
                case Kind.Cancel when Take(requests, step) is { } request:
                    await request.Reservation.DisposeAsync();
                    model.Cancel(request.Key, request.Most, wasExpired: requests == expired);
                    break;
                case Kind.Expire when Take(held, step) is { } request:
                    await ExpireAsync(request.Reservation, request.Replica);
                    expired.Add(request);
                    model.Expire(request.Key, request.Most);
                    break;
                case Kind.Forget:
                    await ForgetAsync(user);
                    break;
            }
        }

        await Eventually.TrueAsync(async () => await UsageAsync(user) == (model.Requests, model.Spent), $"the usage is {model.Requests} requests, {model.Spent}");
        if (steps.Any(step => step.Kind == Kind.Reserve))
        {
            Assert.Equal((model.Spent, model.Held), await _replicas[0].CountedAsync(user));
        }

        foreach (var request in held.Concat(expired))
        {
            await request.Reservation.DisposeAsync();
        }
    }

    private async Task RunAtOnceAsync(BudgetLimits ofUser, Step[] steps)
    {
        var none = new BudgetLimits { RequestsPerMinute = 0, TokensPerMinute = 0, TokensPerMonth = 0, DollarsPerMonth = 0 };
        var (user, keys) = Begin(none, none);
        await (await _replicas[0].Ledger.ReserveAsync(user, "", Model, default, CancellationToken.None)).DisposeAsync();
        _options.Users[user] = ofUser;
        var settled = await Task.WhenAll(steps.Select(async step =>
        {
            if (await TryReserveAsync(step, user, keys) is not { } reservation)
            {
                return new End(0, default);
            }

            if (step.Kind == Kind.Forget)
            {
                await ForgetAsync(user);
            }

            if (step.Kind == Kind.Expire)
            {
                await ExpireAsync(reservation, step.Replica);
            }

            if (step.Kind == Kind.Cancel)
            {
                await reservation.DisposeAsync();
                return new End(0, default);
            }

            var spent = step.Of(step.Most);
            await reservation.SettleAsync(spent);
            return new End(1, new Spend(spent.Prompt + spent.Completion, spent.MicroDollars));
        }));

        var expected = (settled.Sum(end => end.Requests), new Spend(settled.Sum(end => end.Amount.Tokens), settled.Sum(end => end.Amount.MicroDollars)));
        await Eventually.TrueAsync(async () => await UsageAsync(user) == expected, $"the usage is {expected}");
        await ForgetAsync(user);
        _options.Users[user] = none;
        await (await _replicas[1].Ledger.ReserveAsync(user, "", Model, default, CancellationToken.None)).DisposeAsync();
        Assert.Equal((expected.Item2, default), await _replicas[0].CountedAsync(user));
        Assert.True(ofUser.TokensPerMonth == 0 || expected.Item2.Tokens <= ofUser.TokensPerMonth, $"{expected} of {ofUser.TokensPerMonth} tokens");
        Assert.True(ofUser.MicroDollarsPerMonth == 0 || expected.Item2.MicroDollars <= ofUser.MicroDollarsPerMonth, $"{expected} of {ofUser.MicroDollarsPerMonth}");
        Assert.True(ofUser.RequestsPerMinute == 0 || expected.Item1 <= ofUser.RequestsPerMinute, $"{expected} of {ofUser.RequestsPerMinute} requests");
    }

    private (string User, string[] Keys) Begin(BudgetLimits ofUser, BudgetLimits ofKeys)
    {
        var user = $"rodan-{Guid.NewGuid():N}"[..24];
        string[] keys = ["", Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N")];
        _options.Users[user] = ofUser;
        (_options.Keys[keys[1]], _options.Keys[keys[2]]) = (ofKeys, ofKeys);
        return (user, keys);
    }

    private async Task<Reservation?> TryReserveAsync(Step step, string user, string[] keys)
    {
        try
        {
            return await _replicas[step.Replica].Ledger.ReserveAsync(user, keys[step.Key], Model, step.Most, CancellationToken.None);
        }
        catch (BudgetExceededException)
        {
            return null;
        }
    }

    // Its own process renews it every second.
    private async Task ExpireAsync(Reservation reservation, int replica)
    {
        var keys = BudgetKeys.OfPart(BudgetKeys.PartOf(reservation.Entry.User));
        while (await _replicas[0].Redis.HashExistsAsync(keys[1], reservation.Entry.Id))
        {
            await _replicas[0].Redis.SortedSetAddAsync(keys[2], reservation.Entry.Id, 1, When.Exists);
            await _replicas[1 - replica].Keeper.KeepAsync();
        }
    }

    private Task<long> ForgetAsync(string user) => _replicas[0].Redis.HashDeleteAsync(
        BudgetKeys.OfUser(user)[4], [$"loaded:{DateTime.UtcNow:yyyy-MM}"]);

    private async Task<(long Requests, Spend Spent)> UsageAsync(string user)
    {
        var documents = await _replicas[0].Usage.ListAsync(user, key: null, "0000", "9999", CancellationToken.None);
        return (
            documents.Sum(document => document.Requests),
            new Spend(documents.Sum(document => document.Tokens), documents.Sum(document => document.MicroDollars)));
    }

    private static Request? Take(List<Request> requests, Step step)
    {
        if (requests.Count == 0)
        {
            return null;
        }

        var request = requests[step.Which % requests.Count];
        requests.Remove(request);
        return request;
    }

    private sealed record Step(Kind Kind, int Replica, int Key, Spend Most, int Which, int Percent)
    {
        public SpentTokens Of(Spend most) => new((int)(most.Tokens * Percent / 200), (int)(most.Tokens * Percent / 200), 0, most.MicroDollars * Percent / 100);
    }

    private sealed record End(long Requests, Spend Amount);

    private sealed record Request(Reservation Reservation, int Replica, int Key)
    {
        public Spend Most => Reservation.Entry.Most;
    }

    /// <summary>The budgets as anybody would add them up. The first owner is the user, the others are the keys.</summary>
    private sealed class Ledger(BudgetLimits ofUser, BudgetLimits ofKeys)
    {
        private readonly Owner[] _owners = [new(ofUser), new(ofKeys), new(ofKeys)];

        public long Requests { get; private set; }

        public Spend Spent => new(_owners[0].SpentTokens, _owners[0].SpentMoney);

        public Spend Held => new(_owners[0].HeldTokens, _owners[0].HeldMoney);

        public bool TryReserve(int key, Spend most)
        {
            if (!Of(key).All(owner => owner.Allows(most)))
            {
                return false;
            }

            foreach (var owner in Of(key))
            {
                owner.MinuteRequests++;
                owner.MinuteTokens += most.Tokens;
                owner.Hold(most, 1);
            }

            return true;
        }

        public void Settle(int key, Spend most, SpentTokens spent, bool wasExpired) =>
            End(key, most, new Spend(spent.Prompt + spent.Completion, spent.MicroDollars), wasExpired ? 0 : 1, wasExpired);

        public void Cancel(int key, Spend most, bool wasExpired) => End(key, most, default, wasExpired ? -1 : 0, wasExpired);

        public void Expire(int key, Spend most) => End(key, most, most, 1, wasExpired: false);

        private IEnumerable<Owner> Of(int key) => key == 0 ? [_owners[0]] : [_owners[0], _owners[key]];

        private void End(int key, Spend most, Spend spent, int requests, bool wasExpired)
        {
            Requests += requests;
            foreach (var owner in Of(key))
            {
                if (wasExpired)
                {
                    owner.Spend(most, -1);
                }
                else
                {
                    owner.Hold(most, -1);
                }

                owner.Spend(spent, 1);
                owner.MinuteTokens += spent.Tokens - most.Tokens;
            }
        }

        private sealed class Owner(BudgetLimits limits)
        {
            public long MinuteRequests { get; set; }

            public long MinuteTokens { get; set; }

            public long HeldTokens { get; private set; }

            public long HeldMoney { get; private set; }

            public long SpentTokens { get; private set; }

            public long SpentMoney { get; private set; }

            public bool Allows(Spend most) =>
                IsWithin(limits.RequestsPerMinute, MinuteRequests + 1)
                && IsWithin(limits.TokensPerMinute, MinuteTokens + most.Tokens)
                && IsWithin(limits.TokensPerMonth, SpentTokens + HeldTokens + most.Tokens)
                && IsWithin(limits.MicroDollarsPerMonth, SpentMoney + HeldMoney + most.MicroDollars);

            public void Hold(Spend most, int sign) => (HeldTokens, HeldMoney) = (HeldTokens + (sign * most.Tokens), HeldMoney + (sign * most.MicroDollars));

            public void Spend(Spend spent, int sign) =>
                (SpentTokens, SpentMoney) = (SpentTokens + (sign * spent.Tokens), SpentMoney + (sign * spent.MicroDollars));

            private static bool IsWithin(long? limit, long wanted) => limit is null or 0 || wanted <= limit;
        }
    }
}
