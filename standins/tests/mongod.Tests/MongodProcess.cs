using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MongoDB.Driver;

namespace Mongod.Tests;

/// <summary>The server as a process, on a free port.</summary>
internal sealed partial class MongodProcess : IAsyncDisposable
{
    internal const string User = "admin";
    internal const string Password = "only-for-tests";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log;

    private MongodProcess(Process process, ConcurrentQueue<string> log, int port) => (_process, _log, Port) = (process, log, port);

    internal int Port { get; }

    internal int Id => _process.Id;

    internal bool HasExited => _process.HasExited;

    internal int ExitCode => _process.ExitCode;

    /// <summary>What it wrote so far, to both outputs.</summary>
    internal IReadOnlyCollection<string> Log => _log;

    internal string ConnectionString => $"mongodb://{User}:{Password}@127.0.0.1:{Port}/";

    internal string AnonymousConnectionString => $"mongodb://127.0.0.1:{Port}/";

    /// <summary>Starts the server, with a password, and waits until it accepts connections.</summary>
    internal static async Task<MongodProcess> StartAsync(string folder, params string[] arguments)
    {
        var (process, log) = Launch(["--dbpath", folder, "--port", "0", "--auth-user", User, .. arguments], Password);
        try
        {
            var port = 0;
            await Eventually.IsTrue(
                () => process.HasExited || log.Any(line => TryReadPort(line, out port)),
                $"the server says where it listens; it said: {string.Join('\n', log)}");
            return port != 0
                ? new MongodProcess(process, log, port)
                : throw new InvalidOperationException($"The server ended with {process.ExitCode}: {string.Join('\n', log)}");
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Runs the program until it ends by itself.</summary>
    internal static async Task<(int ExitCode, string[] Output)> RunAsync(params string[] arguments)
    {
        var (process, log) = Launch(arguments, "");
        using (process)
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
            return (process.ExitCode, [.. log]);
        }
    }

    internal MongoClient CreateClient(Action<MongoClientSettings>? change = null)
    {
        var settings = MongoClientSettings.FromConnectionString(ConnectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(10);
        change?.Invoke(settings);
        return new MongoClient(settings);
    }

    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Limit);
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    internal async Task<int> TerminateAsync()
    {
        Terminate();
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    internal void Terminate() => Signals.Send(_process.Id, Signals.Terminate);

    internal Task WaitForExitAsync() => _process.WaitForExitAsync().WaitAsync(Limit);

    /// <summary>The memory that is its own, with its part of what is shared, in bytes.</summary>
    internal long ProportionalSetSize() => Memory("Pss:", $"/proc/{_process.Id}/smaps_rollup");

    internal long ResidentSetSize() => Memory("VmRSS:", $"/proc/{_process.Id}/status");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static long Memory(string field, string file) =>
        long.Parse(File.ReadLines(file).First(l => l.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;

    private static (Process Process, ConcurrentQueue<string> Log) Launch(IEnumerable<string> arguments, string password)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "mongod"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var log = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, line) => Keep(line);
        process.ErrorDataReceived += (_, line) => Keep(line);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            process.StandardInput.WriteLine(password);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already, for a reason that it says.
        }

        return (process, log);

        void Keep(DataReceivedEventArgs line)
        {
            if (line.Data is { } text)
            {
                log.Enqueue(text);
            }
        }
    }

    private static bool TryReadPort(string line, out int port)
    {
        var match = Ready().Match(line);
        port = match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return match.Success;
    }

    [GeneratedRegex(@"Waiting for connections on 127\.0\.0\.1:(\d+)$")]
    private static partial Regex Ready();
}

/// <summary>Signals of POSIX.</summary>
internal static partial class Signals
{
    internal const int Interrupt = 2;
    internal const int Terminate = 15;
    internal const int Continue = 18;
    internal const int Stop = 19;

    internal static void Send(int process, int signal)
    {
        if (Kill(process, signal) != 0)
        {
            throw new InvalidOperationException($"kill({process}, {signal}) failed: {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
