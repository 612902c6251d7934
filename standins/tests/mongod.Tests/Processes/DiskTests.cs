using Mongod.Tests.Clients;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Processes;

public sealed class DiskTests : IDisposable
{
    private const long MiB = 1024 * 1024;

    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    [MountFact]
    public async Task AFullDiskIsAnErrorToTheWriterAndNothingElseAndHeals()
    {
        var mount = Directory.CreateDirectory(_folder.In("mount")).FullName;
        await Programs.RunAsync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", mount], "");
        try
        {
            var filler = Path.Combine(mount, "filler");
            Directory.CreateDirectory(Path.Combine(mount, "data"));
            await File.WriteAllBytesAsync(filler, new byte[24 * MiB]);
            await using (var server = await MongodProcess.StartAsync(Path.Combine(mount, "data")))
            {
                using var client = server.CreateClient();
                var docs = client.GetDatabase("load").GetCollection<BsonDocument>("docs");
                await client.GetDatabase("other").GetCollection<BsonDocument>("docs").InsertOneAsync(new BsonDocument("_id", 1));

                // A few at once, so that a batch of several writers meets the full disk too.
                var full = new Writers(docs, callers: 4, padding: 100_000).Start();
                await Eventually.IsTrue(() => full.Failures.Count == 4, "every writer was told");
                var acknowledged = await full.StopAsync();
                Assert.All(full.Failures, f => Assert.Contains("OutOfDiskSpace", f.ToString() + (f as MongoCommandException)?.CodeName + (f.InnerException as MongoBulkWriteException)?.Message + CodeOf(f), StringComparison.Ordinal));

                await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));
                Assert.Equal(1, await client.GetDatabase("other").GetCollection<BsonDocument>("docs").CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty));
                Assert.Empty(acknowledged.Except(await Writers.ReadIdsAsync(server)));

                File.Delete(filler);
                await docs.InsertOneAsync(new BsonDocument { { "_id", -1 }, { "padding", new byte[100_000] } });
                Assert.Equal(0, await server.TerminateAsync());
                Assert.All(server.Log, line => Assert.DoesNotContain(" at Mongod", line, StringComparison.Ordinal));

                await using var after = await MongodProcess.StartAsync(Path.Combine(mount, "data"));
                Assert.Empty(acknowledged.Append(-1).Except(await Writers.ReadIdsAsync(after)));
            }
        }
        finally
        {
            await Programs.RunAsync("umount", [mount], "");
        }
    }

    [Fact]
    public async Task TheLogOfWritesStaysBoundedThoughACursorIsLeftOpen()
    {
        await using var server = await MongodProcess.StartAsync(_folder.In("data"));
        using var client = server.CreateClient();
        var docs = client.GetDatabase("load").GetCollection<BsonDocument>("docs");
        await docs.InsertManyAsync(Enumerable.Range(-1000, 1000).Select(i => new BsonDocument("_id", i)));
        using var forgotten = await docs.Find(FilterDefinition<BsonDocument>.Empty, new FindOptions { BatchSize = 2 }).ToCursorAsync();
        Assert.True(await forgotten.MoveNextAsync());

        var writers = new Writers(docs, callers: 16, padding: 60_000).Start();
        var most = 0L;
        await Eventually.IsTrue(
            () =>
            {
                most = Math.Max(most, Directory.EnumerateFiles(_folder.In("data"), "*-wal", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length));
                return writers.Count > 3000 || !writers.Failures.IsEmpty();
            },
            "some 180 MB are written");
        await writers.StopAsync();

        Assert.Empty(writers.Failures);
        Assert.InRange(most, 1, 80 * MiB);
        Assert.InRange(server.ResidentSetSize(), 1, 400 * MiB);
        Assert.True(await forgotten.MoveNextAsync()); // And it still goes on.
    }

    public void Dispose() => _folder.Dispose();

    private static string CodeOf(Exception failure) => failure is MongoWriteException { WriteError.Code: 14031 } or MongoCommandException { Code: 14031 } ? "OutOfDiskSpace" : "";
}

/// <summary>A test that mounts a file system, which takes root.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute() => Skip = Environment.IsPrivilegedProcess && Programs.IsOnPath("mount") ? null : "only root may mount a file system";
}
