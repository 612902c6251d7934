using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Tests;

/// <summary>An app host as a process of its own, with a data folder of its own.</summary>
internal sealed partial class AppHostProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _output = [];
    private readonly List<string> _written = [];
    private readonly List<string> _errors = [];
    private readonly Task _reading;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AppHostProcess(string fileName, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, string? input = null)
    {
        var startInfo = new ProcessStartInfo(fileName, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            startInfo.Environment[name] = value;
        }

        _process = Process.Start(startInfo)!;
        if (input is not null)
        {
            _process.StandardInput.WriteLine(input);
        }

        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _errors));
    }

    public static string DotnetHost { get; } = Aspire.Hosting.Orchestration.ProjectLaunchPlan.DotnetHost();

    /// <summary>The document server, as the app host's build noted it.</summary>
    public static string Mongod { get; } = typeof(MongoDBServerResource).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == "mongod").Value!;

    public int Pid => _process.Id;

    /// <summary>The lines, without the time that each has after the resource's name.</summary>
    public IReadOnlyList<string> Output => Snapshot(_output);

    public IReadOnlyList<string> Written => Snapshot(_written);

    public IReadOnlyList<string> Errors => Snapshot(_errors);

    public static AppHostProcess Start(string appHost, TemporaryFolder data, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, string? store = null, string? assembly = null) =>
        new(ExecutableOf(appHost, assembly), [.. arguments, $"--Aspire:Store:Path={store ?? data.Path}"], environment);

    public static AppHostProcess StartInTerminal(string appHost, TemporaryFolder data, string[] arguments, int columns, int lines)
    {
        var command = string.Join(' ', [ExecutableOf(appHost), .. arguments, $"--Aspire:Store:Path={data.Path}"]);
        return new("script", ["-q", "-e", "-c", $"stty cols {columns} rows {lines}; exec {command}", "/dev/null"], new Dictionary<string, string?> { ["TERM"] = "xterm" });
    }

    /// <summary>Starts a document server by itself.</summary>
    public static AppHostProcess StartMongod(string folder, string password) =>
        new(DotnetHost, [Mongod, "--dbpath", folder, "--port", "0", "--auth-user", "admin"], null, password);

    public async Task<int> MongodPortAsync() =>
        int.Parse((await LineAsync(@"Waiting for connections on \S+:\d+$")).Split(':')[^1], CultureInfo.InvariantCulture);

    /// <summary>Waits for a line, and returns it.</summary>
    public async Task<string> LineAsync(string pattern)
    {
        var expression = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_output.FirstOrDefault(l => expression.IsMatch(l)) is { } line)
                {
                    return line;
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"No line matches '{pattern}'. Output:\n{string.Join('\n', Output)}\nErrors:\n{string.Join('\n', Errors)}");
            }
        }
    }

    /// <summary>Waits until a resource runs, and returns its process id.</summary>
    public async Task<int> PidOfAsync(string resource)
    {
        var line = await LineAsync($@"^{resource} +> Running.*pid \d+");
        return int.Parse(PidPattern().Match(line).Groups["pid"].Value, CultureInfo.InvariantCulture);
    }

    public void Signal(PosixSignal signal) => Assert.Equal(0, Kill(Pid, signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    }));

    public void KillAtOnce() => Assert.Equal(0, Kill(Pid, 9));

    /// <summary>Waits until the app host has ended, and returns its exit code.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The app host does not end. Output:\n{string.Join('\n', Output)}");
        }

        await _reading.WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Waits until the app host has ended because it cannot start, with one line that matches and nothing left running.</summary>
    public async Task FailsAsync(string reason)
    {
        Assert.Equal(1, await ExitCodeAsync());
        Assert.Matches($"^The application cannot start: .*{reason}", Assert.Single(Errors));
        foreach (var line in Output.Where(l => l.Contains("> Running", StringComparison.Ordinal) && PidPattern().IsMatch(l)))
        {
            Assert.False(IsAlive(int.Parse(PidPattern().Match(line).Groups["pid"].Value, CultureInfo.InvariantCulture)), line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(Pid, 15);
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(Patience));
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>Ends a process as the system does when it runs out of memory.</summary>
    public static void KillAtOnce(int pid) => Assert.Equal(0, Kill(pid, 9));

    public static void Freeze(int pid) => Assert.Equal(0, Kill(pid, 19));

    public static void Thaw(int pid) => Assert.Equal(0, Kill(pid, 18));

    /// <summary>Whether a process is there and has not ended.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            // The state follows the name, which is in parentheses and may contain anything.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static Task GoneAsync(int pid, TimeSpan within) => Eventually.TrueAsync(() => !IsAlive(pid), within, $"process {pid} is still there");

    private static string ExecutableOf(string appHost, string? assembly = null)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(TestFolder(), "..", appHost, "bin", configuration, "net10.0", assembly ?? appHost);
    }

    private static string TestFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);

    [GeneratedRegex(@"pid (?<pid>\d+)", RegexOptions.None, 1000)]
    private static partial Regex PidPattern();

    [GeneratedRegex(@"(?<=^[^|>]{8,24} [|>] )\d\d:\d\d:\d\d\.\d{3} ", RegexOptions.None, 1000)]
    private static partial Regex TimePattern();

    private string[] Snapshot(List<string> lines)
    {
        lock (_lock)
        {
            return [.. lines];
        }
    }

    private async Task ReadAsync(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                lines.Add(TimePattern().Replace(line, ""));
                if (lines == _output)
                {
                    _written.Add(line);
                }

                _more.TrySetResult();
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aspire-hosting-tests-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Waits for conditions that nothing announces.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, TimeSpan within, string otherwise)
    {
        var limit = DateTime.UtcNow + within;
        while (!condition())
        {
            if (DateTime.UtcNow > limit)
            {
                Assert.Fail($"After {within.TotalSeconds:0.0} s {otherwise}.");
            }

            await Task.Delay(20);
        }
    }
}
