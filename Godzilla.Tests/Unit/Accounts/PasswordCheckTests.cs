using System.Diagnostics.Metrics;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Users;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Accounts;

/// <summary>Sign-ins over real stores; the hashes that are computed are counted.</summary>
[Collection(SharedStores.Name)]
public sealed class PasswordCheckTests(Stores stores) : IAsyncLifetime, IDisposable
{
    private const string Password = "silk and wings";
    private readonly string _name = $"mothra-{Guid.NewGuid():N}"[..24];
    private readonly string _address = $"{Guid.NewGuid():N}";
    private readonly MeterListener _listener = new();
    private readonly List<ServiceProvider> _replicas = [];
    private long _computed;

    public async Task InitializeAsync()
    {
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "godzilla.accounts.hashing.computed"
                && _replicas.Exists(replica => replica.GetRequiredService<IMeterFactory>() == instrument.Meter.Scope))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _computed, value));
        _listener.Start();
        await RegisterAsync(await ReplicaAsync(), _name);
    }

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task AnUnknownUserCostsAsMuchWorkAsAWrongPassword()
    {
        var check = Check(_replicas[0]);

        Assert.Equal(1, await CostOfAsync(() => SignInAsync(check, _name, "not silk")));
        Assert.Equal(1, await CostOfAsync(() => SignInAsync(check, $"nobody-{Guid.NewGuid():N}", "not silk")));
        Assert.Equal(1, await CostOfAsync(() => SignInAsync(check, "no such\nname", "")));
        Assert.Equal(1, await CostOfAsync(() => SignInAsync(check, _name, Password)));
    }

    [Fact]
    public async Task ARefusedAttemptIsNotHashedAndTellsNothing()
    {
        var check = Check(_replicas[0]);
        var nobody = $"nobody-{Guid.NewGuid():N}";
        foreach (var name in new[] { _name, nobody })
        {
            for (var failure = 0; failure < 10; failure++)
            {
                Assert.False((await SignInAsync(check, name, "not silk", $"{name} {failure}")).IsThrottled);
            }

            foreach (var password in new[] { "not silk", Password })
            {
                var result = default(PasswordCheckResult);
                Assert.Equal(0, await CostOfAsync(async () => result = await SignInAsync(check, name, password, $"{name} late")));
                Assert.True(result.IsThrottled);
                Assert.Null(result.User);
                Assert.InRange(int.Parse(result.RetryAfterSeconds, null), 55, 60);
            }
        }
    }

    [Fact]
    public async Task AHashOfAnotherCostIsRenewedAtTheNextSignIn()
    {
        var other = await ReplicaAsync(("Passwords:Iterations", "20000"));
        var users = other.GetRequiredService<UserStore>();
        var before = (await users.FindAsync(_name, CancellationToken.None))!.Password;

        Assert.Equal(1, await CostOfAsync(() => SignInAsync(Check(other), _name, "not silk")));
        Assert.Equal(before, (await users.FindAsync(_name, CancellationToken.None))!.Password);
        Assert.Equal(2, await CostOfAsync(() => SignInAsync(Check(other), _name, Password)));
        var after = (await users.FindAsync(_name, CancellationToken.None))!;
        Assert.Equal(1, await CostOfAsync(() => SignInAsync(Check(other), _name, Password)));

        Assert.NotEqual(before, after.Password);
        Assert.False(other.GetRequiredService<PasswordHasher>().IsOutdated(after));
        Assert.NotNull((await SignInAsync(Check(_replicas[0]), _name, Password)).User);
    }

    [Fact]
    public async Task AHashThatWasReplacedMeanwhileIsNotReplacedByAnOlderOne()
    {
        var users = _replicas[0].GetRequiredService<UserStore>();
        var read = (await users.FindAsync(_name, CancellationToken.None))!;

        Assert.True(await users.TryReplacePasswordAsync(read, "newer", CancellationToken.None));
        Assert.False(await users.TryReplacePasswordAsync(read, "older", CancellationToken.None));

        Assert.Equal("newer", (await users.FindAsync(_name, CancellationToken.None))!.Password);
    }

    [Fact]
    public async Task WhereTooManyWaitTheAttemptDoesNotCount()
    {
        var busy = await ReplicaAsync(("Passwords:MaxWaiting", "1"), ("Passwords:MaxWaitingPerAddress", "1"), ("Guessing:Failures", "2"));
        var name = $"{_name}-2";
        using var release = new ManualResetEventSlim();
        var queue = busy.GetRequiredService<HashingQueue>();
        var threads = Math.Max(1, Environment.ProcessorCount - 1);
        var running = 0;
        List<Task> held = [];
        for (var thread = 0; thread < threads; thread++)
        {
            held.Add(queue.RunAsync($"holder {thread}", Hold, CancellationToken.None));
            await Eventually.TrueAsync(() => Volatile.Read(ref running) == held.Count, "a thread is held");
        }

        held.Add(queue.RunAsync("waiting", () => 0, CancellationToken.None));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await Assert.ThrowsAsync<HashingBusyException>(() => SignInAsync(Check(busy), name, "not silk"));
        }

        release.Set();
        await Task.WhenAll(held);
        Assert.False((await SignInAsync(Check(busy), name, "not silk")).IsThrottled);

        int Hold()
        {
            Interlocked.Increment(ref running);
            release.Wait();
            return 0;
        }
    }

    private static PasswordCheck Check(ServiceProvider replica) => replica.GetRequiredService<PasswordCheck>();

    private static async Task RegisterAsync(ServiceProvider replica, string name)
    {
        var hash = await replica.GetRequiredService<PasswordHasher>().HashAsync(Password, "", CancellationToken.None);
        var user = new User { Username = name, Password = hash, CreatedAt = DateTime.UnixEpoch };
        Assert.True(await replica.GetRequiredService<UserStore>().TryAddAsync(user, CancellationToken.None));
    }

    private Task<PasswordCheckResult> SignInAsync(PasswordCheck check, string name, string password, string? address = null) =>
        check.SignInAsync(name, password, address ?? _address, CancellationToken.None);

    private async Task<long> CostOfAsync(Func<Task> signIn)
    {
        var before = Interlocked.Read(ref _computed);
        await signIn();
        return Interlocked.Read(ref _computed) - before;
    }

    private async Task<ServiceProvider> ReplicaAsync(params (string Key, string Value)[] settings)
    {
        var defaults = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Passwords:Iterations"] = "10000" };
        foreach (var (key, value) in settings)
        {
            defaults[key] = value;
        }

        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(defaults).Build())
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(await stores.ConnectionStringAsync("redis")))
            .AddSingleton(new MongoClient(await stores.ConnectionStringAsync("mongodb")).GetDatabase("password-checks"))
            .AddSingleton<UserStore>()
            .AddMetrics();
        PasswordExtensions.AddPasswords(services);
        var replica = services.BuildServiceProvider();
        _replicas.Add(replica);
        return replica;
    }
}
