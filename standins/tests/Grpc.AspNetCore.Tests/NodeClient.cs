using System.Diagnostics;
using System.Text.Json;

namespace Godzilla.StandIns.Tests;

/// <summary>A gRPC client that is not ours, and not .NET's: <c>@grpc/grpc-js</c>, run by node.</summary>
public sealed class NodeClient : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "grpc-js");

    internal static string? Missing { get; } = new[] { "node", "npm" }.FirstOrDefault(tool => !(Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, tool))));

    public async Task InitializeAsync()
    {
        var installed = new FileInfo(Path.Combine(_folder, "node_modules", ".package-lock.json"));
        var asked = new FileInfo(Path.Combine(_folder, "package-lock.json"));
        if (Missing is null && (!installed.Exists || installed.LastWriteTimeUtc < asked.LastWriteTimeUtc))
        {
            using var npm = Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            var (output, errors) = (npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
            await npm.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
            Assert.True(npm.ExitCode == 0, $"npm ci failed: {await output}{await errors}");
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Plays a scenario of client.js; the result is what its client saw.</summary>
    internal async Task<JsonElement> PlayAsync(Uri server, string scenario, string id, Action<string>? onLine = null)
    {
        using var node = Start("node", "client.js", server.Authority, scenario, id);
        try
        {
            var errors = node.StandardError.ReadToEndAsync();
            string? last = null;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await node.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                last = line;
                onLine?.Invoke(line);
            }

            await node.WaitForExitAsync(limit.Token);
            Assert.True(node.ExitCode == 0, await errors);
            return JsonSerializer.Deserialize<JsonElement>(last!);
        }
        finally
        {
            node.Kill();
        }
    }

    private Process Start(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return Process.Start(start)!;
    }
}

/// <summary>A test that needs node and npm, and is skipped where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    /// <summary>Looks for both on the path.</summary>
    public NodeFactAttribute()
    {
        if (NodeClient.Missing is { } tool)
        {
            Skip = $"There is no {tool} on the path.";
        }
    }
}
