using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Hosting.Tests;

/// <summary>Redis, the document store, and what else is kept between runs.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StoreTests
{
    [RedisFact]
    public async Task RedisTakesNobodyWithoutThePassword()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddRedis("redis");
        await using var app = await builder.StartAsync();
        var healthy = await app.HealthyAsync("redis");
        var (port, password) = await AddressAsync(app);

        Assert.StartsWith("-NOAUTH", await AskAsync(port, "GET a"), StringComparison.Ordinal);
        Assert.StartsWith("-WRONGPASS", await AskAsync(port, "AUTH wrong"), StringComparison.Ordinal);
        Assert.StartsWith("+OK\r\n+OK", await AskAsync(port, $"AUTH {password}", "SET a b"), StringComparison.Ordinal);

        // Neither the command line nor the environment nor a file shows it.
        var pid = healthy.PidOf();
        Assert.DoesNotContain(password, await File.ReadAllTextAsync($"/proc/{pid}/cmdline"), StringComparison.Ordinal);
        Assert.DoesNotContain(password, await File.ReadAllTextAsync($"/proc/{pid}/environ"), StringComparison.Ordinal);

        // Loopback only.
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(l => l.Port == port).ToArray();
        Assert.NotEmpty(listeners);
        Assert.All(listeners, l => Assert.True(IPAddress.IsLoopback(l.Address), l.ToString()));
    }

    [RedisFact]
    public async Task RedisKeepsItsDataAndItsPasswordBetweenRuns()
    {
        using var data = new TemporaryFolder();
        string before;
        await using (var app = await StartAsync(data))
        {
            var (port, password) = await AddressAsync(app);
            before = password;
            await AskAsync(port, $"AUTH {password}", "SET kept yes");
        }

        await using (var app = await StartAsync(data))
        {
            var (port, password) = await AddressAsync(app);
            Assert.Equal(before, password);
            Assert.Contains("yes", await AskAsync(port, $"AUTH {password}", "GET kept"), StringComparison.Ordinal);
        }

        static async Task<DistributedApplication> StartAsync(TemporaryFolder data)
        {
            var builder = DistributedApplicationTestingBuilder.Create($"--Aspire:Store:Path={data.Path}");
            builder.AddRedis("redis").WithDataVolume().WithPersistence();
            var app = await builder.StartAsync();
            await app.HealthyAsync("redis");
            return app;
        }
    }

    [RedisFact]
    public async Task RedisKeepsWhatItAcknowledgedWhenItsAppHostIsKilled()
    {
        using var data = new TemporaryFolder();
        int pid;
        string password;
        await using (var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["redis"]))
        {
            pid = await appHost.PidOfAsync("redis");
            var port = PortOf(await appHost.LineAsync("^redis +> Running, Healthy"));
            password = PasswordIn(data);
            Assert.StartsWith("+OK\r\n+OK", await AskAsync(port, $"AUTH {password}", "SET last words"), StringComparison.Ordinal);

            appHost.KillAtOnce();
            await AppHostProcess.GoneAsync(appHost.Pid, TimeSpan.FromSeconds(5));
        }

        // At once: the new one waits until the old server has let go of the folder.
        await using var next = AppHostProcess.Start("Scenario.AppHost", data, ["redis"]);
        var nextPort = PortOf(await next.LineAsync("^redis +> Running, Healthy"));
        Assert.False(AppHostProcess.IsAlive(pid));
        Assert.Contains("words", await AskAsync(nextPort, $"AUTH {password}", "GET last"), StringComparison.Ordinal);
        next.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await next.ExitCodeAsync());
    }

    [Fact]
    public async Task TheDocumentStoreIsAFolderThatItsConnectionStringNames()
    {
        using var data = new TemporaryFolder();
        var path = data.File("with space");
        using var builder = DistributedApplicationTestingBuilder.Create($"--Aspire:Store:Path={path}");
        var mongodb = builder.AddMongoDB("mongodb").WithDataVolume();
        mongodb.AddDatabase("accountsdb", "accounts");
        await using var app = await builder.StartAsync();
        await app.HealthyAsync("accountsdb");
        await app.HealthyAsync("mongodb");

        var folder = Path.Combine(path, "mongodb.sock");
        Assert.Equal($"mongodb://{Uri.EscapeDataString(folder)}", await app.GetConnectionStringAsync("mongodb", Applications.TimeLimit));
        Assert.Equal($"mongodb://{Uri.EscapeDataString(folder)}/accounts", await app.GetConnectionStringAsync("accountsdb", Applications.TimeLimit));
        Assert.Equal("accounts", mongodb.Resource.Databases["accountsdb"]);
        Assert.True(Directory.Exists(folder));

        Directory.Delete(folder);
        await app.WaitAsync("mongodb", s => s.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task AGeneratedParameterStaysTheSameAndOnlyItsUserCanReadIt()
    {
        using var data = new TemporaryFolder();
        var first = await TokenAsync();

        Assert.Equal(first, await TokenAsync());
        Assert.Matches("^token=[A-Za-z0-9]{48}$", first);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(data.File("secrets.json")));
        Assert.Empty(Directory.EnumerateFiles(data.Path, "*.tmp"));
        Assert.Equal("token=given", await TokenAsync("--Parameters:token=given"));

        async Task<string> TokenAsync(params string[] more)
        {
            await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["parameter", .. more]);
            var line = await appHost.LineAsync(@"^say +\| token=");
            appHost.Signal(PosixSignal.SIGINT);
            Assert.Equal(0, await appHost.ExitCodeAsync());
            return line.Split("| ")[1];
        }
    }

    [Fact]
    public void AGeneratedValueHasWhatIsAskedOfIt()
    {
        var value = new GenerateParameterDefault { MinLength = 30, Special = false, MinLower = 3, MinUpper = 3, MinNumeric = 10 }.GetDefaultValue();

        Assert.Equal(30, value.Length);
        Assert.True(value.Count(char.IsAsciiLetterLower) >= 3);
        Assert.True(value.Count(char.IsAsciiLetterUpper) >= 3);
        Assert.True(value.Count(char.IsAsciiDigit) >= 10);
        Assert.All(value, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
    }

    private static async Task<(int Port, string Password)> AddressAsync(DistributedApplication app)
    {
        var connectionString = await app.GetConnectionStringAsync("redis", Applications.TimeLimit);
        return (app.GetEndpoint("redis", "tcp").Port, connectionString!.Split("password=")[1]);
    }

    private static int PortOf(string line) => int.Parse(line.Split("redis://localhost:")[1], CultureInfo.InvariantCulture);

    private static string PasswordIn(TemporaryFolder data)
    {
        using var secrets = System.Text.Json.JsonDocument.Parse(File.ReadAllText(data.File("secrets.json")));
        return secrets.RootElement.GetProperty("Parameters:redis-password").GetString()!;
    }

    private static async Task<string> AskAsync(int port, params string[] commands)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        foreach (var command in commands)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"));
        }

        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(AppHostProcess.Patience);
    }
}
