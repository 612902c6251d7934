using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Aspire.Dashboard.Tests;

/// <summary>A program of this repository as a process.</summary>
internal sealed partial class ProgramProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    private ProgramProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <param name="program">The path of an assembly, from the folder of the stand-ins' tests.</param>
    public static ProgramProcess Start(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var assembly = Path.GetFullPath(Path.Combine(TestFolder(), "..", program, "bin", configuration, "net10.0", $"{Path.GetFileName(program)}.dll"));
        var start = new ProcessStartInfo("dotnet", ["exec", assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ProgramProcess(Process.Start(start)!);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits for a line, and returns what it matches.</summary>
    public async Task<string> LineAsync(string pattern)
    {
        var expression = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        string? found = null;
        try
        {
            await Eventually.TrueAsync(() => (found = Lines.Select(l => expression.Match(l)).FirstOrDefault(m => m.Success)?.Value) is not null, Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"No line matches '{pattern}':\n{string.Join('\n', Lines)}");
        }

        return found!;
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, 15);
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(Patience));
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    public static void KillAtOnce(int pid) => Assert.Equal(0, Kill(pid, 9));

    public static void Freeze(int pid) => Assert.Equal(0, Kill(pid, 19));

    public static void Terminate(int pid) => Assert.Equal(0, Kill(pid, 15));

    /// <summary>The process that it has started whose command line has a text.</summary>
    public int ChildWith(string text) => Directory.EnumerateDirectories($"/proc/{Pid}/task")
        .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))
        .Single(pid => File.ReadAllText($"/proc/{pid}/cmdline").Contains(text, StringComparison.Ordinal));

    private static string TestFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);

    private void Keep(string? line)
    {
        lock (_lock)
        {
            if (line is not null)
            {
                _lines.Add(line);
            }
        }
    }
}

/// <summary>Waits for conditions.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">It did not become true.</exception>
    public static async Task TrueAsync(Func<bool> condition, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(20));
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException("It did not become true.");
            }

            await Task.Delay(Pause);
        }
    }
}
