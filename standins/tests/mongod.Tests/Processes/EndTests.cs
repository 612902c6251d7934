using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Processes;

public sealed class EndTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    [Fact]
    public async Task AKilledServerHasLostNothingThatItAcknowledged()
    {
        var acknowledged = new HashSet<int>();
        for (var round = 0; round < 2; round++)
        {
            await using var server = await MongodProcess.StartAsync(_folder.In("data"));
            using var client = CreateQuickClient(server);
            var collection = client.GetDatabase("load").GetCollection<BsonDocument>("docs");
            await collection.Database.DropCollectionAsync("docs");
            var writers = new Writers(collection, callers: 24).Start();
            await Eventually.IsTrue(() => writers.Count > 500 || !writers.Failures.IsEmpty(), "500 documents are written");
            Assert.Empty(writers.Failures);

            await server.KillAsync();
            acknowledged = [.. await writers.StopAsync()];
            Assert.NotEmpty(writers.Failures); // It was killed while they wrote.
        }

        await using var after = await MongodProcess.StartAsync(_folder.In("data"));
        var found = await Writers.ReadIdsAsync(after);
        Assert.Empty(acknowledged.Except(found));
        Assert.True(acknowledged.Count > 500);
    }

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public async Task ASignalLetsWritesInHandFinishAndEmptiesTheLog(int signal)
    {
        await using var server = await MongodProcess.StartAsync(_folder.In("data"));
        using var client = CreateQuickClient(server);
        var writers = new Writers(client.GetDatabase("load").GetCollection<BsonDocument>("docs"), callers: 16).Start();
        await Eventually.IsTrue(() => writers.Count > 100 || !writers.Failures.IsEmpty(), "100 documents are written");

        var started = Stopwatch.GetTimestamp();
        Signals.Send(server.Id, signal);
        await server.WaitForExitAsync();

        Assert.Equal(0, server.ExitCode);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.In("data"), "*-wal", SearchOption.AllDirectories), f => new FileInfo(f).Length > 0);
        var acknowledged = await writers.StopAsync();
        await using var after = await MongodProcess.StartAsync(_folder.In("data"));
        Assert.Empty(acknowledged.Except(await Writers.ReadIdsAsync(after)));
    }

    [Fact]
    public async Task IdleClientsAndOpenCursorsDoNotHoldItUp()
    {
        await using var server = await MongodProcess.StartAsync(_folder.In("data"));
        using var client = server.CreateClient();
        var collection = client.GetDatabase("load").GetCollection<BsonDocument>("docs");
        await collection.InsertManyAsync(Enumerable.Range(0, 50).Select(i => new BsonDocument("_id", i)));
        using var cursor = await collection.Find(FilterDefinition<BsonDocument>.Empty, new FindOptions { BatchSize = 2 }).ToCursorAsync();
        Assert.True(await cursor.MoveNextAsync());

        var started = Stopwatch.GetTimestamp();
        Assert.Equal(0, await server.TerminateAsync());

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
    }

    [Fact]
    public async Task TheEndOfStandardInputIsNoReasonToEnd()
    {
        // The input was closed right after the password.
        await using var server = await MongodProcess.StartAsync(_folder.In("data"));
        using var client = server.CreateClient();

        await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));

        Assert.False(server.HasExited);
    }

    public void Dispose() => _folder.Dispose();

    // Its callers do not look long for a server that is gone.
    private static MongoClient CreateQuickClient(MongodProcess server) => server.CreateClient(settings => settings.ServerSelectionTimeout = TimeSpan.FromSeconds(2));
}

internal static class CollectionExtensions
{
    internal static bool IsEmpty<T>(this IReadOnlyCollection<T> collection) => collection.Count == 0;
}
