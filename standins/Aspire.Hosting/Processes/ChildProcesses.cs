using System.Collections.Concurrent;
using System.Diagnostics;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.Processes;

/// <summary>Starts processes that do not outlive this one, however it ends; see <see cref="Reaper"/>.</summary>
internal sealed class ChildProcesses(Lazy<DataFolder> folder) : IAsyncDisposable
{
    private static readonly string[] NotInherited = ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    private readonly ConcurrentDictionary<int, ChildProcess> _running = new();
    private readonly Lazy<Reaper> _reaper = new(() => Reaper.Start(folder.Value));

    /// <summary>Starts a process.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="environment">Variables on top of this process's own.</param>
    /// <param name="onLine">Called with each line that it writes, and whether that went to the standard error stream.</param>
    /// <exception cref="DistributedApplicationException">It cannot be started.</exception>
    public ChildProcess Start(Launch launch, IReadOnlyDictionary<string, string> environment, Action<string, bool> onLine)
    {
        var command = CommandPath.Find(launch.Command, launch.WorkingDirectory)
            ?? throw new DistributedApplicationException($"the command '{launch.Command}' was not found");
        if (!Directory.Exists(launch.WorkingDirectory))
        {
            throw new DistributedApplicationException($"its working directory '{launch.WorkingDirectory}' does not exist");
        }

        var startInfo = Session.StartInfo([command, .. launch.Arguments]);
        startInfo.WorkingDirectory = launch.WorkingDirectory;
        startInfo.RedirectStandardOutput = true;
        startInfo.RedirectStandardError = true;
        foreach (var name in NotInherited)
        {
            startInfo.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            startInfo.Environment[name] = value;
        }

        var child = ChildProcess.Start(startInfo, _reaper.Value, launch.StandardInput, onLine);
        _running[child.Pid] = child;
        _ = ForgetAsync(child);
        return child;
    }

    public void KillAll()
    {
        foreach (var child in _running.Values)
        {
            child.Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        KillAll();
        await Task.WhenAll(_running.Values.Select(c => c.Exit));
        if (_reaper.IsValueCreated)
        {
            _reaper.Value.Dispose();
        }
    }

    private async Task ForgetAsync(ChildProcess child)
    {
        await child.Exit;
        _running.TryRemove(child.Pid, out _);
        _reaper.Value.Remove(child.Pid);
    }
}

/// <summary>
/// Starts a process as the leader of a session, and with it of a process group, of its own: a signal then reaches what it started too, and
/// Ctrl+C in the terminal reaches the app host alone, which stops the others in order. Where there is no setsid command (macOS), it is a
/// plain process.
/// </summary>
internal static class Session
{
    private static readonly string? Setsid = CommandPath.Find("setsid");

    public static ProcessStartInfo StartInfo(string[] commandLine)
    {
        string[] line = Setsid is null ? commandLine : [Setsid, .. commandLine];
        return new ProcessStartInfo(line[0], line[1..]) { UseShellExecute = false, RedirectStandardInput = true };
    }
}
