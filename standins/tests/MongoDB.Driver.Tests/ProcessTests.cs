using System.Diagnostics;
using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

/// <summary>Several processes on one store.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }

        _store.Dispose();
    }

    [Fact]
    public async Task AUniqueIndexHoldsUnderTwoWritingProcesses()
    {
        const int Names = 400;
        var names = _store.Collection<BsonDocument>("names");
        await names.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{ name: 1 }", new CreateIndexOptions { Unique = true }));
        Process[] racers = [Start("race", Names), Start("race", Names)];
        foreach (var racer in racers)
        {
            Assert.Equal("ready", await racer.StandardOutput.ReadLineAsync());
        }

        await Task.WhenAll(racers.Select(r => r.StandardInput.WriteLineAsync("go")));
        var won = await Task.WhenAll(racers.Select(ReadNumbersAsync));
        await Task.WhenAll(racers.Select(EndedWellAsync));

        Assert.Equal(Enumerable.Range(0, Names), won.SelectMany(w => w).Order());
        Assert.Equal(Names, await names.CountDocumentsAsync("{ }"));
    }

    [Fact]
    public async Task TwoProcessesLoseNoUpdate()
    {
        Process[] counting = [Start("count", 150), Start("count", 150)];
        await Task.WhenAll(counting.Select(EndedWellAsync));

        Assert.Equal(300, (await _store.Collection<BsonDocument>("counters").Find("{ _id: 'c' }").SingleAsync())["n"]);
    }

    [Fact]
    public async Task WhatWasAcknowledgedOutlivesAKilledProcess()
    {
        var acknowledged = new List<int>();
        for (var round = 0; round < 3; round++)
        {
            var writer = Start("append", 4);
            for (var i = 0; i < 60; i++)
            {
                acknowledged.Add(int.Parse((await writer.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
            }

            writer.Kill(); // SIGKILL
            await writer.WaitForExitAsync();
            acknowledged.AddRange(await ReadNumbersAsync(writer, whole: false));

            var log = _store.Collection<BsonDocument>("log");
            var stored = (await log.Find("{ }").ToListAsync()).Select(d => d["_id"].AsInt32).ToHashSet();
            Assert.DoesNotContain(acknowledged, seq => !stored.Contains(seq));
            await log.DeleteManyAsync("{ }");
            acknowledged.Clear();
        }
    }

    [Fact]
    public async Task AnIndexMadeByOneProcessIsKeptUpByAnother()
    {
        var names = _store.Collection<BsonDocument>("names");
        await names.InsertOneAsync(new BsonDocument("name", -1));
        var other = Start("race", 5);
        Assert.Equal("ready", await other.StandardOutput.ReadLineAsync());
        await names.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{ name: 1 }", new CreateIndexOptions { Unique = true }));
        await names.InsertOneAsync(new BsonDocument("name", 3));
        await other.StandardInput.WriteLineAsync("go");

        Assert.Equal([0, 1, 2, 4], await ReadNumbersAsync(other));
        await Assert.ThrowsAsync<MongoWriteException>(() => names.InsertOneAsync(new BsonDocument("name", 4)));
    }

    private Process Start(string mode, int number)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])
            [Path.Combine(AppContext.BaseDirectory, "StoreWriter.dll"), mode, _store.ConnectionString, number.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }

    private static Task<List<int>> ReadNumbersAsync(Process process) => ReadNumbersAsync(process, whole: true);

    // A killed process may leave its last line unfinished; that number counts for nothing.
    private static async Task<List<int>> ReadNumbersAsync(Process process, bool whole)
    {
        var text = await process.StandardOutput.ReadToEndAsync().WaitAsync(Eventually.Limit);
        var lines = text.Split('\n');
        Assert.True(!whole || lines[^1].Length == 0);
        return [.. lines[..^1].Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    private static async Task EndedWellAsync(Process process)
    {
        await process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        Assert.Equal(0, process.ExitCode);
    }
}
