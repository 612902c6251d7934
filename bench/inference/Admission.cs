using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Godzilla.Inference.Budgets;
using Godzilla.Inference.Usage;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Inference.Bench;

/// <summary>
/// How many requests a second the ledger admits and settles over a local Redis, usage written to the database included. What it costs is the
/// processor time of Redis, which is the limit of a system: this process can have replicas.
/// </summary>
internal static class Admission
{
    private const int Users = 1000;
    private const string Model = "godzilla-mini";
    private const double MicrosecondsPerSecond = 1_000_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(TimeSpan time)
    {
        var stores = DistributedApplicationTestingBuilder.Create();
        stores.AddRedis("redis");
        stores.AddMongoDB("mongodb").AddDatabase("inferencedb");
        await using var app = await stores.BuildAsync();
        await app.StartAsync().WaitAsync(StartLimit);
        using var limit = new CancellationTokenSource(StartLimit);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("redis", limit.Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("mongodb", limit.Token);

        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:redis"] = await app.GetConnectionStringAsync("redis", limit.Token);
        builder.Configuration["ConnectionStrings:inferencedb"] = await app.GetConnectionStringAsync("inferencedb", limit.Token);
        builder.Configuration["Budgets:PerUser:RequestsPerMinute"] = "1000000000";
        builder.Configuration["Budgets:PerUser:TokensPerMinute"] = "1000000000000";
        builder.Configuration["Budgets:PerUser:TokensPerMonth"] = "1000000000000";
        builder.Configuration["Budgets:Users:spent:RequestsPerMinute"] = "1";
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddRedis("redis");
        builder.AddMongo("inferencedb");
        builder.Services.AddBudgets();
        await using var services = builder.Services.BuildServiceProvider();
        var hosted = services.GetServices<IHostedService>().Where(service => service is BudgetKeeper or UsageWriter).ToList();
        await services.GetRequiredService<UsageStore>().WarmUpAsync();
        await WarmUpAsync(services.GetRequiredService<BudgetKeeper>(), limit.Token);
        foreach (var service in hosted)
        {
            await service.StartAsync(limit.Token);
        }

        var ledger = services.GetRequiredService<BudgetLedger>();
        var redis = services.GetRequiredService<IConnectionMultiplexer>();
        Console.WriteLine($"{"requests",-28}{"at once",8}{"a second",10}{"p50 ms",9}{"p99 ms",9}{"Redis us each",15}");
        foreach (var crowd in new[] { 1, 16, 64, 256 })
        {
            await MeasureAsync("admitted and settled, 1 user", crowd, time, redis, _ => SettleAsync(ledger, "user0"));
            await MeasureAsync($"the same, {Users} users", crowd, time, redis, number => SettleAsync(ledger, $"user{number % Users}"));
            await MeasureAsync("refused", crowd, time, redis, _ => RefuseAsync(ledger));
        }

        foreach (var service in Enumerable.Reverse(hosted))
        {
            await service.StopAsync(limit.Token);
        }
    }

    private static async Task WarmUpAsync(BudgetKeeper keeper, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await keeper.WarmUpAsync();
                return;
            }
            catch (TimeoutException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
            }
        }
    }

    private static async Task SettleAsync(BudgetLedger ledger, string user)
    {
        await using var reservation = await ledger.ReserveAsync(user, "key", Model, new Spend(1000, 100), CancellationToken.None);
        await reservation.SettleAsync(new SpentTokens(100, 200, 0, 30));
    }

    private static async Task RefuseAsync(BudgetLedger ledger)
    {
        try
        {
            await using var reservation = await ledger.ReserveAsync("spent", "", Model, default, CancellationToken.None);
        }
        catch (BudgetExceededException)
        {
            // All but the first of a minute.
        }
    }

    private static async Task MeasureAsync(string what, int crowd, TimeSpan time, IConnectionMultiplexer redis, Func<long, Task> request)
    {
        // The first of each kind compile, connect and load.
        foreach (var numbers in Enumerable.Range(0, Users).Chunk(crowd))
        {
            await Task.WhenAll(numbers.Select(number => request(number)));
        }

        var before = await ProcessorSecondsAsync(redis);
        var (watch, count) = (Stopwatch.StartNew(), 0L);
        var times = await Task.WhenAll(Enumerable.Range(0, crowd).Select(async _ =>
        {
            var own = new List<double>();
            while (watch.Elapsed < time)
            {
                var start = Stopwatch.GetTimestamp();
                await request(Interlocked.Increment(ref count));
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return own;
        }));
        var elapsed = watch.Elapsed;
        var cost = (await ProcessorSecondsAsync(redis) - before) / count * MicrosecondsPerSecond;
        double[] sorted = [.. times.SelectMany(own => own).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-28}{crowd,8}{count / elapsed.TotalSeconds,10:0}{sorted[sorted.Length / 2],9:0.00}{sorted[sorted.Length * 99 / 100],9:0.00}{cost,15:0}"));
    }

    private static async Task<double> ProcessorSecondsAsync(IConnectionMultiplexer redis)
    {
        var info = (string)(await redis.GetDatabase().ExecuteAsync("INFO", "cpu"))!;
        return info.Split("\r\n").Where(line => line.StartsWith("used_cpu_user:", StringComparison.Ordinal) || line.StartsWith("used_cpu_sys:", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(':')[1], CultureInfo.InvariantCulture));
    }
}
