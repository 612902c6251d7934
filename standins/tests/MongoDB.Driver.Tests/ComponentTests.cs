using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

/// <summary>What Aspire's component registers.</summary>
public sealed class ComponentTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task RegistersClientDatabaseAndHealthCheck()
    {
        using var host = Build(builder => builder.AddMongoDBClient(
            "accountsdb", configureClientSettings: c => c.ServerSelectionTimeout = TimeSpan.FromMilliseconds(300)));
        var database = host.Services.GetRequiredService<IMongoDatabase>();
        await database.GetCollection<BsonDocument>("users").InsertOneAsync(new BsonDocument("a", 1));

        Assert.Equal("testdb", database.DatabaseNamespace.DatabaseName);
        Assert.Same(host.Services.GetRequiredService<IMongoClient>(), database.Client);
        Assert.Equal(TimeSpan.FromMilliseconds(300), database.Client.Settings.ServerSelectionTimeout);
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var report = await health.CheckHealthAsync();
        Assert.Equal(["MongoDB.Driver"], report.Entries.Keys);
        Assert.Equal(HealthStatus.Healthy, report.Status);

        Directory.Delete(_store.Directory, recursive: true);
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync()).Status);
        Directory.CreateDirectory(_store.Directory);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
    }

    [Fact]
    public void KeyedClientsStandBesideOneAnother()
    {
        using var host = Build(builder =>
        {
            builder.AddKeyedMongoDBClient("accountsdb");
            builder.AddKeyedMongoDBClient("chatdb");
        });

        Assert.NotSame(
            host.Services.GetRequiredKeyedService<IMongoClient>("accountsdb"), host.Services.GetRequiredKeyedService<IMongoClient>("chatdb"));
        Assert.Equal("chat", host.Services.GetRequiredKeyedService<IMongoDatabase>("chatdb").DatabaseNamespace.DatabaseName);
        Assert.Null(host.Services.GetService<IMongoClient>());
    }

    [Fact]
    public async Task SettingsTurnHealthChecksOff()
    {
        using var host = Build(builder =>
        {
            builder.Configuration["Aspire:MongoDB:Driver:DisableHealthChecks"] = "true";
            builder.AddMongoDBClient("accountsdb", s => Assert.True(s.DisableHealthChecks));
            builder.Services.AddHealthChecks();
        });

        Assert.Empty((await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries);
    }

    [Fact]
    public void AMissingConnectionStringIsNamed()
    {
        using var host = Build(builder => builder.AddMongoDBClient("nowhere"));

        var missing = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IMongoClient>());
        Assert.Contains("ConnectionStrings:nowhere", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOperationIsAnActivityWithNamesAndWithoutValues()
    {
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MongoDB.Driver.Core.Extensions.DiagnosticSources",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var host = Build(builder =>
        {
            builder.AddMongoDBClient("accountsdb");
            builder.AddKeyedMongoDBClient("chatdb", s => s.DisableTracing = true);
        });
        var collection = $"traced{Guid.NewGuid():N}";
        var secrets = host.Services.GetRequiredService<IMongoDatabase>().GetCollection<BsonDocument>(collection);
        await secrets.InsertOneAsync(new BsonDocument("_id", "secret"));
        await Assert.ThrowsAsync<MongoCommandException>(() => secrets.Find("{ a: { $x: 'secret' } }").ToListAsync());
        await host.Services.GetRequiredKeyedService<IMongoDatabase>("chatdb").GetCollection<BsonDocument>(collection).CountDocumentsAsync("{ }");

        var own = activities.Where(a => collection.Equals(a.GetTagItem("db.mongodb.collection"))).ToList();
        Assert.Equal(["insert", "find"], own.Select(a => a.GetTagItem("db.operation")));
        Assert.All(own, a => Assert.Equal(("mongodb", "testdb", ActivityKind.Client), (a.GetTagItem("db.system"), a.GetTagItem("db.name"), a.Kind)));
        Assert.Equal([ActivityStatusCode.Ok, ActivityStatusCode.Error], own.Select(a => a.Status));
        Assert.All(own, a => Assert.DoesNotContain("secret", a.DisplayName + string.Join(' ', a.TagObjects) + a.StatusDescription, StringComparison.Ordinal));
    }

    private IHost Build(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:accountsdb"] = _store.ConnectionString,
            ["ConnectionStrings:chatdb"] = _store.ConnectionString.Replace("/testdb", "/chat", StringComparison.Ordinal),
        });
        configure(builder);
        return builder.Build();
    }
}
