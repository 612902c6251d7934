using System.Diagnostics;
using System.Globalization;

namespace Mongod.Bench;

/// <summary>The document server, with a new data folder, which is deleted in the end.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Password = "bench";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mongod-bench-");
    private readonly Process _process;

    private ServerProcess() => _process = Process.Start(new ProcessStartInfo(
        Path.Combine(AppContext.BaseDirectory, "mongod"),
        ["--dbpath", Path.Combine(_folder.FullName, "data"), "--port", "0", "--auth-user", "admin"])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    internal string ConnectionString { get; private set; } = "";

    internal static async Task<ServerProcess> StartAsync()
    {
        var server = new ServerProcess();
        await server._process.StandardInput.WriteLineAsync(Password);
        while (await server._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Waiting for connections on ", StringComparison.Ordinal))
            {
                server.ConnectionString = $"mongodb://admin:{Password}@{line.Split(' ')[^1]}/";
                return server;
            }
        }

        throw new InvalidOperationException("The server did not start.");
    }

    internal long ProportionalSetSize() => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
