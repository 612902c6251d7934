using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Processes;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    [Fact]
    public async Task ALiveFolderIsCopiedWithAllThatWasAcknowledgedBefore()
    {
        await using var server = await MongodProcess.StartAsync(_folder.In("data"));
        using var client = server.CreateClient();
        var docs = client.GetDatabase("load").GetCollection<BsonDocument>("docs");
        await docs.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("padding", 1)));
        await client.GetDatabase("other").GetCollection<BsonDocument>("docs").InsertOneAsync(new BsonDocument("_id", 7));
        var writers = new Writers(docs, callers: 8).Start();
        await Eventually.IsTrue(() => writers.Count > 200 || !writers.Failures.IsEmpty(), "200 documents are written");
        var before = writers.Acknowledged();

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", _folder.In("data"), "--backup", _folder.In("copy"));
        var during = writers.Count;
        var all = await writers.StopAsync();

        Assert.True(exitCode == 0, string.Join('\n', output));
        Assert.Empty(writers.Failures); // The writers did not notice.
        Assert.True(during > before.Count);
        await using var copy = await MongodProcess.StartAsync(_folder.In("copy"));
        var found = await Writers.ReadIdsAsync(copy);
        Assert.Empty(before.Except(found));
        Assert.Empty(found.Except(all.Concat(Enumerable.Range(all.Max(), 100))));
        Assert.Equal([7], await Writers.ReadIdsAsync(copy, "other"));
        using var copied = copy.CreateClient();
        Assert.Equal(2, (await (await copied.GetDatabase("load").GetCollection<BsonDocument>("docs").Indexes.ListAsync()).ToListAsync()).Count);
    }

    [Fact]
    public async Task AFolderThatIsThereIsNotOverwritten()
    {
        await using (var server = await MongodProcess.StartAsync(_folder.In("data")))
        {
            await server.TerminateAsync();
        }

        Directory.CreateDirectory(_folder.In("copy"));
        await File.WriteAllTextAsync(Path.Combine(_folder.In("copy"), "x"), "precious");

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", _folder.In("data"), "--backup", _folder.In("copy"));

        Assert.Equal(100, exitCode);
        Assert.Contains("is there already", Assert.Single(output), StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.In("copy")));
    }

    [Fact]
    public async Task WhatIsNoDataFolderIsNotCopied()
    {
        Directory.CreateDirectory(_folder.In("data"));

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", _folder.In("data"), "--backup", _folder.In("copy"));

        Assert.Equal(100, exitCode);
        Assert.Single(output);
        Assert.False(Directory.Exists(_folder.In("copy")));
    }

    public void Dispose() => _folder.Dispose();
}
