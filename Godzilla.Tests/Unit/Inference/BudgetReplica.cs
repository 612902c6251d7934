using System.Diagnostics.Metrics;
using Godzilla.Inference.Budgets;
using Godzilla.Inference.Usage;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Inference;

/// <summary>What a replica of Inference has behind its admissions, over a real Redis and a real database.</summary>
internal sealed class BudgetReplica : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _redis;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly UsageWriter _writer;
    private bool _isDead;

    private BudgetReplica(ConnectionMultiplexer redis, IMongoDatabase database, BudgetOptions options)
    {
        _redis = redis;
        var failures = Options.Create(new DependencyFailures()
            .Add<RedisConnectionException>().Add<RedisServerException>().Add<MongoConnectionException>().Add<TaskCanceledException>()
            .Add<InvalidOperationException>(exception => exception.Source == "System.IO.Pipelines"));
        var metrics = new BudgetMetrics(_services.GetRequiredService<IMeterFactory>());
        Store = new BudgetStore(redis, Options.Create(options));
        Usage = new UsageStore(database);
        _writer = new UsageWriter(Usage, Store, failures, TimeProvider.System, NullLogger<UsageWriter>.Instance);
        Keeper = new BudgetKeeper(Store, _writer, failures, metrics, TimeProvider.System, NullLogger<BudgetKeeper>.Instance);
        Ledger = new BudgetLedger(Store, Keeper, Usage, Options.Create(options), metrics);
    }

    public BudgetLedger Ledger { get; }

    public BudgetKeeper Keeper { get; }

    public BudgetStore Store { get; }

    public UsageStore Usage { get; }

    public IDatabase Redis => _redis.GetDatabase();

    /// <param name="writes">Whether it writes usage.</param>
    public static async Task<BudgetReplica> StartAsync(string redis, IMongoDatabase database, BudgetOptions options, bool writes = true)
    {
        var configuration = ConfigurationOptions.Parse(redis);
        configuration.AbortOnConnectFail = false;
        var replica = new BudgetReplica(await ConnectionMultiplexer.ConnectAsync(configuration), database, options);
        await replica.Usage.WarmUpAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await replica.Keeper.WarmUpAsync();
                    return true;
                }
                catch (TimeoutException)
                {
                    return false;
                }
            },
            "the replica is ready");
        await replica.Keeper.StartAsync(CancellationToken.None);
        if (writes)
        {
            await replica._writer.StartAsync(CancellationToken.None);
        }

        return replica;
    }

    /// <summary>Ends it as a crash does: nothing is given back, settled or written.</summary>
    public async Task DieAsync()
    {
        _isDead = true;
        await _redis.DisposeAsync();
        await Keeper.StopAsync(CancellationToken.None);
    }

    /// <summary>A user's usage as it is in the database, by model.</summary>
    public async Task<IReadOnlyDictionary<string, UsageDocument>> UsageOfAsync(string user)
    {
        var documents = await Usage.ListAsync(user, key: null, "0000", "9999", CancellationToken.None);
        return documents.GroupBy(document => document.Model, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => group.First() with
            {
                Requests = group.Sum(document => document.Requests),
                Prompt = group.Sum(document => document.Prompt),
                Completion = group.Sum(document => document.Completion),
                Cached = group.Sum(document => document.Cached),
                Unaccounted = group.Sum(document => document.Unaccounted),
                MicroDollars = group.Sum(document => document.MicroDollars),
            },
            StringComparer.Ordinal);
    }

    /// <summary>What Redis counts for a user in this month: what is spent, and what is set aside.</summary>
    public async Task<(Spend Spent, Spend Held)> CountedAsync(string user)
    {
        var fields = await Redis.HashGetAllAsync(BudgetKeys.OfUser(user)[4]);
        var epoch = ((string)(await Redis.StringGetAsync(BudgetKeys.OfPart(BudgetKeys.PartOf(user))[0]))!).Split(' ')[1];
        long Sum(string start, string end) => fields
            .Where(field => ((string)field.Name!).StartsWith(start, StringComparison.Ordinal) && ((string)field.Name!).EndsWith(end, StringComparison.Ordinal))
            .Sum(field => (long)field.Value);
        return (
            new Spend(Sum("s:", ":u:t"), Sum("s:", ":u:m")),
            new Spend(Sum($"h:{epoch}:", ":u:t"), Sum($"h:{epoch}:", ":u:m")));
    }

    /// <summary>Makes a user's usage that is still to be written so old that any replica writes it.</summary>
    public async Task AgeUnwrittenAsync(string user)
    {
        var index = BudgetKeys.OfPart(BudgetKeys.PartOf(user))[3];
        foreach (var member in await Redis.SortedSetRangeByRankAsync(index))
        {
            await Redis.SortedSetAddAsync(index, member, 1, When.Exists);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isDead)
        {
            await Keeper.StopAsync(CancellationToken.None);
            await _writer.StopAsync(CancellationToken.None);
            await _redis.DisposeAsync();
        }

        Keeper.Dispose();
        _writer.Dispose();
        await _services.DisposeAsync();
    }
}
