using Godzilla.Accounts.Passwords;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Accounts;

/// <summary>The limits over a real Redis, with two replicas and a clock of the test's own.</summary>
[Collection(SharedStores.Name)]
public sealed class GuessingLimiterTests(Stores stores) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly GuessingOptions _options = new();

    // Each test has its own name and its own addresses.
    private readonly string _name = $"mothra-{Guid.NewGuid():N}";
    private readonly string _place = $"{Guid.NewGuid():N}";
    private readonly List<ConnectionMultiplexer> _connections = [];
    private GuessingLimiter[] _replicas = [];
    private int _next;

    public async Task InitializeAsync()
    {
        for (var replica = 0; replica < 2; replica++)
        {
            _connections.Add(await ConnectionMultiplexer.ConnectAsync(await stores.ConnectionStringAsync("redis")));
        }

        _replicas = [.. _connections.Select(connection => new GuessingLimiter(connection, Options.Create(_options), _time))];
    }

    public async Task DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task AfterTenFailuresNewAddressesWaitAndAKnownOneDoesNot()
    {
        await SignInAsync(_name, Address("home"));
        for (var failure = 0; failure < _options.Failures; failure++)
        {
            Assert.True((await FailAsync(_name, Address($"attacker {failure}"))).IsAllowed);
        }

        Assert.Equal(_options.FirstWait, (await FailAsync(_name, Address("attacker 0"))).RetryAfter);
        Assert.Equal(_options.FirstWait, (await FailAsync(_name, Address("elsewhere"))).RetryAfter);
        Assert.True((await SignInAsync(_name, Address("home"))).IsAllowed);
        Assert.False((await FailAsync(_name.ToUpperInvariant(), Address("another case"))).IsAllowed);
    }

    [Fact]
    public async Task FailuresCountForTenMinutes()
    {
        await FailAsync(_name, Address("first"));
        _time.Advance(_options.Window - TimeSpan.FromSeconds(1));
        await FailTimesAsync(_options.Failures - 2);
        _time.Advance(TimeSpan.FromSeconds(1));

        // The first no longer counts, so this is the ninth.
        Assert.True((await FailAsync(_name, Address("x"))).IsAllowed);
        Assert.True((await FailAsync(_name, Address("y"))).IsAllowed);
        Assert.False((await FailAsync(_name, Address("z"))).IsAllowed);
    }

    [Fact]
    public async Task ManyAtOnceAtTwoReplicasAreNoWayAroundTheLimit()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 60).Select(
            number => _replicas[number % 2].BeginAsync(_name, Address($"attacker {number}"), CancellationToken.None)));

        Assert.Equal(_options.Failures, attempts.Count(attempt => attempt.IsAllowed));
    }

    [Fact]
    public async Task TheWaitGrowsToTenMinutesAndNotBeyond()
    {
        await FailTimesAsync(_options.Failures);
        var waits = new List<double>();
        for (var round = 0; round < 7; round++)
        {
            var refused = await FailAsync(_name, Address($"late {round}"));
            waits.Add(refused.RetryAfter.TotalMinutes);
            _time.Advance(refused.RetryAfter);
            await FailTimesAsync(_options.Failures);
        }

        Assert.Equal([1, 2, 4, 8, 10, 10, 10], waits);
    }

    [Fact]
    public async Task TheWaitIsTrueAlsoWhileOthersGoOnGuessing()
    {
        await FailTimesAsync(_options.Failures);
        var refused = await FailAsync(_name, Address("hotel"));
        _time.Advance(refused.RetryAfter - TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(1), (await FailAsync(_name, Address("hotel"))).RetryAfter);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        // The attackers are quicker, and the account is closed to new addresses again.
        await FailTimesAsync(30);
        Assert.False((await FailAsync(_name, Address("late"))).IsAllowed);

        Assert.True((await SignInAsync(_name, Address("hotel"))).IsAllowed);
        Assert.True((await SignInAsync(_name, Address("hotel"))).IsAllowed);
    }

    [Fact]
    public async Task AKnownAddressThatGuessesItselfWaitsAndTheOthersDoNot()
    {
        await SignInAsync(_name, Address("home"));
        await SignInAsync(_name, Address("office"));
        for (var failure = 0; failure < _options.Failures; failure++)
        {
            Assert.True((await FailAsync(_name, Address("office"))).IsAllowed);
        }

        Assert.Equal(_options.FirstWait, (await FailAsync(_name, Address("office"))).RetryAfter);
        Assert.True((await SignInAsync(_name, Address("home"))).IsAllowed);
        Assert.True((await FailAsync(_name, Address("new"))).IsAllowed);
    }

    [Fact]
    public async Task ASignInAtAKnownAddressForgetsItsFailures()
    {
        await SignInAsync(_name, Address("home"));
        for (var round = 0; round < 3; round++)
        {
            for (var failure = 1; failure < _options.Failures; failure++)
            {
                Assert.True((await FailAsync(_name, Address("home"))).IsAllowed);
            }

            Assert.True((await SignInAsync(_name, Address("home"))).IsAllowed);
        }
    }

    [Fact]
    public async Task ManyRightSignInsAtOnceFromAKnownAddressDoNotStopEachOther()
    {
        await SignInAsync(_name, Address("home"));

        var attempts = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            number => _replicas[number % 2].BeginAsync(_name, Address("home"), CancellationToken.None)));

        Assert.All(attempts, attempt => Assert.True(attempt.IsAllowed));
    }

    [Fact]
    public async Task TheTenthAttemptThatIsRightLeavesTheAccountOpen()
    {
        await FailTimesAsync(_options.Failures - 1);

        Assert.True((await SignInAsync(_name, Address("home"))).IsAllowed);

        Assert.True((await FailAsync(_name, Address("new"))).IsAllowed);
        Assert.Equal(_options.FirstWait, (await FailAsync(_name, Address("newer"))).RetryAfter);
    }

    [Fact]
    public async Task AnAttemptThatWasNotCheckedDoesNotCount()
    {
        for (var attempt = 0; attempt < 3 * _options.Failures; attempt++)
        {
            var begun = await BeginAsync(_name, Address($"x {attempt}"));
            Assert.True(begun.IsAllowed);
            await _replicas[0].WithdrawAsync(begun, CancellationToken.None);
        }
    }

    [Fact]
    public async Task OneAddressThatTriesManyAccountsWaitsAtAllOfThem()
    {
        await SignInAsync(_name, Address("sprayer"));
        for (var failure = 0; failure < _options.FailuresPerAddress; failure++)
        {
            Assert.True((await FailAsync($"{_name}-{failure}", Address("sprayer"))).IsAllowed);
        }

        Assert.Equal(_options.FirstWait, (await FailAsync($"{_name}-new", Address("sprayer"))).RetryAfter);
        Assert.False((await FailAsync(_name, Address("sprayer"))).IsAllowed);
        Assert.True((await FailAsync(_name, Address("neighbour"))).IsAllowed);
        _time.Advance(_options.FirstWait);
        Assert.True((await SignInAsync(_name, Address("sprayer"))).IsAllowed);
    }

    [Fact]
    public async Task WhatRedisKeepsIsBoundedAndEndsByItself()
    {
        for (var address = 0; address < 2 * _options.KnownAddresses; address++)
        {
            await SignInAsync(_name, Address($"home {address}"));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await FailTimesAsync(200);
        for (var failure = 0; failure < 20; failure++)
        {
            await FailAsync(_name, Address("home 39"));
        }

        var database = _connections[0].GetDatabase();
        var keys = Attempt.Create(_name, Address("home 39")).Keys;
        Assert.Equal([_options.KnownAddresses, _options.Failures, _options.Failures, _options.Failures, 64], await Task.WhenAll(keys.Select(key => database.SortedSetLengthAsync(key))));
        foreach (var key in keys.Concat(keys.Skip(1).Take(2).Select(key => key.Append(":wait"))))
        {
            Assert.NotNull(await database.KeyTimeToLiveAsync(key));
            Assert.DoesNotContain(_name, key.ToString(), StringComparison.OrdinalIgnoreCase);
        }

        // The oldest are forgotten.
        Assert.False((await BeginAsync(_name, Address("home 19"))).IsKnown);
        Assert.True((await BeginAsync(_name, Address("home 20"))).IsKnown);
    }

    private string Address(string name) => $"{_place} {name}";

    private Task<Attempt> BeginAsync(string name, string address) => _replicas[_next++ % 2].BeginAsync(name, address, CancellationToken.None);

    private async Task<Attempt> FailAsync(string name, string address)
    {
        var attempt = await BeginAsync(name, address);
        if (attempt.IsAllowed)
        {
            await _replicas[_next % 2].FailAsync(attempt, CancellationToken.None);
        }

        return attempt;
    }

    private async Task<Attempt> SignInAsync(string name, string address)
    {
        var attempt = await BeginAsync(name, address);
        if (attempt.IsAllowed)
        {
            await _replicas[_next % 2].SucceedAsync(attempt, CancellationToken.None);
        }

        return attempt;
    }

    private async Task FailTimesAsync(int times)
    {
        for (var failure = 0; failure < times; failure++)
        {
            await FailAsync(_name, Address($"{Guid.NewGuid()}"));
        }
    }
}
