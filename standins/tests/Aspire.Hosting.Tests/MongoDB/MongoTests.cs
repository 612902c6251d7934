using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.MongoDB;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Aspire.Hosting.Tests.MongoDB;

/// <summary>The MongoDB server that the app host runs: the repository's own, and the one on PATH.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class MongoTests
{
    [Fact]
    public async Task OnlyTheUserWithThePasswordGetsInAndOnlyFromThisMachine()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var mongodb = builder.AddMongoDB("mongodb").WithDataVolume();
        mongodb.AddDatabase("accountsdb", "accounts");
        await using var app = await builder.StartAsync();
        var healthy = await app.HealthyAsync("mongodb");
        await app.HealthyAsync("accountsdb");
        var port = app.GetEndpoint("mongodb", "tcp").Port;
        var url = (await app.GetConnectionStringAsync("accountsdb", Applications.TimeLimit))!;
        var password = MongoUrl.Create(url).Password;

        Assert.Equal($"mongodb://admin:{password}@localhost:{port}/accounts?authSource=admin&authMechanism=SCRAM-SHA-256", url);
        Assert.Equal(url.Replace("/accounts?", "/?", StringComparison.Ordinal), await app.GetConnectionStringAsync("mongodb", Applications.TimeLimit));
        Assert.Equal("accounts", mongodb.Resource.Databases["accountsdb"]);
        Assert.Equal(1, (await PingAsync(url))["ok"].ToInt32());
        await Assert.ThrowsAnyAsync<MongoAuthenticationException>(() => PingAsync(url.Replace(password, "wrong", StringComparison.Ordinal)));

        var pid = healthy.PidOf();
        Assert.DoesNotContain(password, await File.ReadAllTextAsync($"/proc/{pid}/cmdline"), StringComparison.Ordinal);
        Assert.DoesNotContain(password, await File.ReadAllTextAsync($"/proc/{pid}/environ"), StringComparison.Ordinal);
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(l => l.Port == port).ToArray();
        Assert.NotEmpty(listeners);
        Assert.All(listeners, l => Assert.True(IPAddress.IsLoopback(l.Address), l.ToString()));
    }

    [Fact]
    public async Task AServerThatHangsIsUnhealthyAndThenHealthyAgain()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddMongoDB("mongodb");
        await using var app = await builder.StartAsync();
        var pid = (await app.HealthyAsync("mongodb")).PidOf();

        AppHostProcess.Freeze(pid);
        await app.WaitAsync("mongodb", s => s.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);
        AppHostProcess.Thaw(pid);

        await app.WaitAsync("mongodb", s => s.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy);
    }

    [Fact]
    public async Task AServerWithAnotherPasswordIsNotHealthy()
    {
        using var data = new TemporaryFolder();
        await using var server = AppHostProcess.StartMongod(data.Path, "another");
        var port = await server.MongodPortAsync();
        var resource = new MongoDBServerResource("mongodb", null, new ParameterResource("password", _ => "expected", secret: true));
        var endpoint = new EndpointAnnotation(System.Net.Sockets.ProtocolType.Tcp, name: "tcp");
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, port, "");
        resource.Annotations.Add(endpoint);
        using var check = new MongoHealthCheck(resource, "admin");

        var result = await check.CheckHealthAsync(new(), Applications.TimeLimit);

        Assert.Equal(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy, result.Status);
        Assert.Contains("uthentication", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheMongodOnPathTakesThePlaceOfTheStandIn()
    {
        using var data = new TemporaryFolder();
        using var tools = new TemporaryFolder();

        // MongoDB's own server is not available here, so the stand-in runs under its name: without the option that it does not know, and with
        // the user that the app host would create.
        await File.WriteAllTextAsync(tools.File("mongod"), $"""
            #!/bin/bash
            echo "$@" > {tools.File("arguments")}
            set -- "${"{"}@/--auth{"}"}"
            until [ -f {data.File("secrets.json")} ]; do sleep 0.05; done
            password=$(grep -o '"Parameters:mongodb-password": "[^"]*' {data.File("secrets.json")} | cut -d'"' -f4)
            exec {AppHostProcess.DotnetHost} {AppHostProcess.Mongod} $@ --auth-user admin <<< "$password"
            """);
        File.SetUnixFileMode(tools.File("mongod"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["mongodb"], new Dictionary<string, string?>
        {
            ["PATH"] = $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}",
        });

        await appHost.LineAsync($@"^mongodb +> Running \({tools.File("mongod")}\), Healthy");

        Assert.Matches(
            $@"^--dbpath {data.File("mongodb-data")}/mongod --port \d+ --bind_ip 127.0.0.1 --auth$",
            (await File.ReadAllTextAsync(tools.File("arguments"))).Trim());
    }

    [Fact]
    public async Task TheFirstUserOfAMongodIsCreatedOverTheLocalhostException()
    {
        using var fake = new FakeMongod();
        var resource = new MongoDBServerResource("mongodb", null, new ParameterResource("password", _ => "secret", secret: true)) { IsReal = true };
        var endpoint = new EndpointAnnotation(System.Net.Sockets.ProtocolType.Tcp, name: "tcp");
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, fake.Port, "");
        resource.Annotations.Add(endpoint);
        using var check = new MongoHealthCheck(resource, "admin");

        await check.CheckHealthAsync(new(), Applications.TimeLimit);

        Assert.Equal(["saslStart", "createUser", "saslStart"], fake.Commands.Select(c => c.GetElement(0).Name));
        Assert.Equal(
            new BsonDocument { { "createUser", "admin" }, { "pwd", "secret" }, { "roles", new BsonArray { "root" } }, { "$db", "admin" } },
            fake.Commands[1]);
    }

    [Fact]
    public async Task AFolderThatAnotherServerUsesIsNamed()
    {
        using var data = new TemporaryFolder();
        await using var other = AppHostProcess.StartMongod(data.File("mongodb-data/standin"), "password");
        await other.MongodPortAsync();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["mongodb"]);

        await appHost.FailsAsync($"mongodb ended while it was starting: exit code 100, last output: .*{data.File("mongodb-data/standin")}' is in use");
        Assert.True(AppHostProcess.IsAlive(other.Pid));
    }

    [Fact]
    public async Task AFolderWithSomethingElseInItIsNamed()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.File("mongodb-data/standin"));
        await File.WriteAllTextAsync(data.File("mongodb-data/standin/letter.txt"), "Dear Raymond");
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["mongodb"]);

        await appHost.FailsAsync($"mongodb ended while it was starting: exit code 100, last output: .*{data.File("mongodb-data/standin")}");
    }

    [Fact]
    public async Task DataOfAnEarlierVersionIsMovedToTheServer()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.File("mongodb.sock"));
        await File.WriteAllTextAsync(data.File("mongodb.sock/chatdb.db"), "messages");
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["mongodb"]);

        await appHost.LineAsync(@"^mongodb +> Running \(stand-in\), Healthy");

        Assert.Equal("messages", await File.ReadAllTextAsync(data.File("mongodb-data/standin/chatdb.db")));
        Assert.False(Directory.Exists(data.File("mongodb.sock")));
    }

    [Fact]
    public async Task DataOfAnEarlierVersionIsRefusedBesideNewData()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.File("mongodb.sock"));
        await File.WriteAllTextAsync(data.File("mongodb.sock/chatdb.db"), "old");
        Directory.CreateDirectory(data.File("mongodb-data/standin"));
        await File.WriteAllTextAsync(data.File("mongodb-data/standin/chatdb.db"), "new");
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["mongodb"]);

        await appHost.FailsAsync($"mongodb: '{data.File("mongodb.sock")}' holds data of an earlier version, which cannot be moved .*: move that folder away");
        Assert.Equal("old", await File.ReadAllTextAsync(data.File("mongodb.sock/chatdb.db")));
    }

    [Fact]
    public async Task WhatIsAcknowledgedIsThereAfterTheAppHostWasKilled()
    {
        using var data = new TemporaryFolder();
        await using (var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["mongodb"]))
        {
            var things = await ConnectAsync(appHost, data);
            await things.InsertOneAsync(new BsonDocument("last", "words"));
            appHost.KillAtOnce();
            await AppHostProcess.GoneAsync(appHost.Pid, AppHostProcess.Patience);
        }

        await using var next = AppHostProcess.Start("Scenario.AppHost", data, ["mongodb"]);
        Assert.Equal("words", (await (await ConnectAsync(next, data)).Find(new BsonDocument()).SingleAsync())["last"].AsString);
        next.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await next.ExitCodeAsync());
    }

    private static async Task<IMongoCollection<BsonDocument>> ConnectAsync(AppHostProcess appHost, TemporaryFolder data)
    {
        var line = await appHost.LineAsync(@"^mongodb +> Running \(stand-in\), Healthy");
        var port = line.Split("tcp://localhost:")[1];
        using var secrets = JsonDocument.Parse(await File.ReadAllTextAsync(data.File("secrets.json")));
        var password = secrets.RootElement.GetProperty("Parameters:mongodb-password").GetString();
        return new MongoClient($"mongodb://admin:{password}@localhost:{port}").GetDatabase("db").GetCollection<BsonDocument>("things");
    }

    private static async Task<BsonDocument> PingAsync(string url)
    {
        using var client = new MongoClient(url);
        return await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));
    }
}
