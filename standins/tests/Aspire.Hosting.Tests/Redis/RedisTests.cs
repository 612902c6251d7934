using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Hosting.Tests.Redis;

public sealed class RedisTests
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
            await AppHostProcess.GoneAsync(appHost.Pid, AppHostProcess.Patience);
        }

        // At once: the next app host waits until the old server has ended.
        await using var next = AppHostProcess.Start("Scenario.AppHost", data, ["redis"]);
        var nextPort = PortOf(await next.LineAsync("^redis +> Running, Healthy"));
        Assert.False(AppHostProcess.IsAlive(pid));
        Assert.Contains("words", await AskAsync(nextPort, $"AUTH {password}", "GET last"), StringComparison.Ordinal);
        next.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await next.ExitCodeAsync());
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
