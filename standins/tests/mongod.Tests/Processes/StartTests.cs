using Mongod.Engine.Storing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Processes;

public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    public static TheoryData<string[], string> BadOptions => new()
    {
        { [], "--dbpath is missing" },
        { ["--dbpath"], "--dbpath needs a value" },
        { ["--dbpath", "x", "--port", "70000"], "--port must be a number" },
        { ["--dbpath", "x", "--port", "-1"], "--port must be a number" },
        { ["--dbpath", "x", "--bind_ip", "0.0.0.0"], "loopback" },
        { ["--dbpath", "x", "--replSet", "rs0"], "--replSet is not known" },
        { ["--dbpath", "x", "--auth-user", "admin"], "password" }, // The first line is empty.
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task ABadOptionEndsTheStartWithOneLine(string[] arguments, string reason)
    {
        var (exitCode, output) = await MongodProcess.RunAsync([.. arguments.Select(a => a == "x" ? _folder.In("data") : a)]);

        Assert.Equal(2, exitCode);
        Assert.Contains(reason, Assert.Single(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondServerOnTheSameFolderIsRefusedAndTheFirstGoesOn()
    {
        await using var first = await MongodProcess.StartAsync(_folder.In("data"));

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", _folder.In("data"), "--port", "0");

        Assert.Equal(100, exitCode);
        Assert.Contains("in use by another mongod", Assert.Single(output), StringComparison.Ordinal);
        using var client = first.CreateClient();
        await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));
    }

    [Fact]
    public async Task AKilledServersFolderIsFreeAtOnce()
    {
        await using (var first = await MongodProcess.StartAsync(_folder.In("data")))
        {
            await first.KillAsync();
        }

        await using var second = await MongodProcess.StartAsync(_folder.In("data"));
        Assert.False(second.HasExited);
    }

    [Fact]
    public async Task APortThatIsTakenEndsTheStartWithOneLine()
    {
        await using var first = await MongodProcess.StartAsync(_folder.In("first"));

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", _folder.In("second"), "--port", $"{first.Port}");

        Assert.Equal(48, exitCode);
        Assert.Contains($"cannot listen on 127.0.0.1:{first.Port}", Assert.Single(output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chatdb.db", "is not this server's")]
    [InlineData("WiredTiger", "MongoDB's own server")]
    [InlineData("holiday.jpg", "is not empty")]
    public async Task AFolderWithOtherDataIsRefusedAndLeftAlone(string file, string reason)
    {
        var path = Directory.CreateDirectory(_folder.In("data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(path, file), "precious");

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", path, "--port", "0");

        Assert.Equal(100, exitCode);
        Assert.Contains(reason, Assert.Single(output), StringComparison.Ordinal);
        Assert.Contains("--dbpath", output[0], StringComparison.Ordinal); // What to do.
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(path, file)));
    }

    [Fact]
    public async Task AFolderOfTheEarlierStoreIsTakenOver()
    {
        Directory.CreateDirectory(_folder.In("data"));
        var sql = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Processes", "earlier.sql"));
        using (var earlier = new Sqlite(Path.Combine(_folder.In("data"), "chatdb.db"), create: true))
        {
            foreach (var statement in sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                earlier.Execute(statement);
            }
        }

        for (var start = 0; start < 2; start++)
        {
            await using var server = await MongodProcess.StartAsync(_folder.In("data"));
            using var client = server.CreateClient();
            var messages = client.GetDatabase("chatdb").GetCollection<BsonDocument>("messages");
            var found = await messages.Find(new BsonDocument { { "discussion_id", "lobby" }, { "seq", new BsonDocument("$gt", 1) } }).ToListAsync();

            Assert.Equal([2, 4, 5], found.Select(d => d["seq"].ToInt32()));
            Assert.Equal(
                BsonDocument.Parse("{_id: ObjectId('650000000000000000000005'), discussion_id: 'lobby', seq: NumberLong(5), text: 'Ωmega $ 5', created_at: ISODate('2026-01-05T00:00:00Z'), tags: [1, 2.5, null, {$x: true}]}").ToJson(),
                found[2].ToJson());
            var duplicate = await Assert.ThrowsAsync<MongoWriteException>(() => messages.InsertOneAsync(new BsonDocument { { "discussion_id", "lobby" }, { "seq", 5 } }));
            Assert.Equal(ServerErrorCategory.DuplicateKey, duplicate.WriteError.Category);
            Assert.Equal(0, await server.TerminateAsync());
        }
    }

    [Fact]
    public async Task AnotherFormatIsRefused()
    {
        var path = Directory.CreateDirectory(_folder.In("data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(path, "godzilla.format"), "99\n");

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", path, "--port", "0");

        Assert.Equal(100, exitCode);
        Assert.Contains("format '99'", Assert.Single(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileInThePlaceOfTheFolderIsRefused()
    {
        await File.WriteAllTextAsync(_folder.In("data"), "");

        var (exitCode, output) = await MongodProcess.RunAsync("--dbpath", _folder.In("data"), "--port", "0");

        Assert.Equal(100, exitCode);
        Assert.Contains("cannot be used", Assert.Single(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItListensOnLoopbackOnlyAndOnlyItsUserMayReadTheFolder()
    {
        await using var server = await MongodProcess.StartAsync(_folder.In("data"));

        var listening = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(e => e.Port == server.Port);
        Assert.Equal(System.Net.IPAddress.Loopback, Assert.Single(listening).Address);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_folder.In("data")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task ThePasswordIsNeitherOnTheCommandLineNorInTheEnvironmentNorInTheFolder()
    {
        await using var server = await MongodProcess.StartAsync(_folder.In("data"));

        foreach (var file in (string[])["cmdline", "environ"])
        {
            Assert.DoesNotContain(MongodProcess.Password, await File.ReadAllTextAsync($"/proc/{server.Id}/{file}"), StringComparison.Ordinal);
        }

        foreach (var file in Directory.EnumerateFiles(_folder.In("data")).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(MongodProcess.Password, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();
}
