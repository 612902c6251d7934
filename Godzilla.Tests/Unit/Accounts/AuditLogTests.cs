using Godzilla.Accounts.Audit;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Accounts;

[Collection(SharedStores.Name)]
public sealed class AuditLogTests(Stores stores)
{
    private static readonly CallerIdentity Client = CallerIdentity.None with { Address = "127.0.0.9", UserAgent = "guesser/1" };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 20, 0, 10, TimeSpan.Zero));
    private readonly FakeLogger<AuditLog> _logger = new();

    [Fact]
    public async Task FailuresPastTheLimitOfAMinuteAreOneEntryWithACount()
    {
        var store = await StoreAsync();
        var user = NewUser();
        using var log = Create(store);
        await log.StartAsync(CancellationToken.None);

        for (var attempt = 0; attempt < 25; attempt++)
        {
            log.Note(user, AuditActions.SignInFailed, Client);
        }

        log.Note(user, AuditActions.SignedIn, Client);
        _time.Advance(TimeSpan.FromMinutes(1));
        log.Note(user, AuditActions.SignInFailed, Client);
        await log.StopAsync(CancellationToken.None);

        var entries = await store.ListAsync(user, before: null, limit: 100, CancellationToken.None);
        Assert.Equal(13, entries.Count);
        Assert.Equal(15, Assert.Single(entries, entry => entry.Count > 0).Count);
        Assert.Equal(11, entries.Count(entry => entry is { Action: AuditActions.SignInFailed, Count: 0 }));
        Assert.All(entries, entry => Assert.Equal(("127.0.0.9", "guesser/1"), (entry.Address, entry.UserAgent)));
    }

    [Fact]
    public async Task WhatIsNotedLastIsWrittenOnShutdown()
    {
        var store = await StoreAsync();
        var user = NewUser();
        using var log = Create(store);
        await log.StartAsync(CancellationToken.None);

        for (var number = 0; number < 1200; number++)
        {
            log.Note(user, AuditActions.SignedIn, Client);
        }

        await log.StopAsync(CancellationToken.None);

        Assert.Equal(1200, (await store.ListAsync(user, before: null, limit: 2000, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task AStoreThatIsAwayHoldsNobodyUpAndWhatIsDroppedIsLogged()
    {
        var nowhere = new MongoClient("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100").GetDatabase("accountsdb");
        using var log = Create(new AuditStore(nowhere));
        await log.StartAsync(CancellationToken.None);

        for (var number = 0; number < 20_000; number++)
        {
            log.Note("rodan", AuditActions.SignedIn, Client);
        }

        await log.StopAsync(CancellationToken.None);

        Assert.Contains(_logger.Entries(), entry => entry.Level == LogLevel.Warning && entry.Message.Contains("were dropped", StringComparison.Ordinal));
        Assert.DoesNotContain(_logger.Entries(), entry => entry.Level >= LogLevel.Error);
    }

    private static string NewUser() => $"rodan-{Guid.NewGuid():N}"[..24];

    private AuditLog Create(AuditStore store) => new(
        store, Options.Create(new AuditOptions()), Options.Create(new DependencyFailures().Add<MongoConnectionException>()), _time, _logger);

    // The first connection takes longer than a call may on a busy machine.
    private async Task<AuditStore> StoreAsync()
    {
        var store = new AuditStore(new MongoClient(await stores.ConnectionStringAsync("mongodb")).GetDatabase($"audit-{Guid.NewGuid():N}"[..24]));
        await store.EnsureIndexesAsync();
        return store;
    }
}
