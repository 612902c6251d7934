using System.Collections.Concurrent;
using System.Diagnostics;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Starts processes that do not outlive this one. Each gets a signal from the system when the thread that started it ends, so all are
/// started from one thread that lives as long as they may; and a <see cref="Reaper"/> ends what is left when this process is gone.
/// </summary>
internal sealed class ChildProcesses : IAsyncDisposable
{
    private static readonly string[] NotInherited = ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly ConcurrentDictionary<int, ChildProcess> _running = new();
    private readonly string? _setsid = CommandPath.Find("setsid");
    private readonly string? _setpriv = CommandPath.Find("setpriv");
    private Reaper? _reaper;

    public ChildProcesses()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "Child processes" };
        _thread.Start();
    }

    /// <summary>Starts a process.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="environment">Variables on top of this process's own.</param>
    /// <param name="onLine">Called with each line that it writes, and whether it went to the standard error stream.</param>
    /// <exception cref="DistributedApplicationException">It cannot be started.</exception>
    public Task<ChildProcess> StartAsync(Launch launch, IReadOnlyDictionary<string, string> environment, Action<string, bool> onLine)
    {
        var command = CommandPath.Find(launch.Command, launch.WorkingDirectory)
            ?? throw new DistributedApplicationException($"the command '{launch.Command}' was not found");
        if (!Directory.Exists(launch.WorkingDirectory))
        {
            throw new DistributedApplicationException($"its working directory '{launch.WorkingDirectory}' does not exist");
        }

        string[] line = [.. Prefix("TERM"), command, .. launch.Arguments];
        var startInfo = new ProcessStartInfo(line[0], line[1..])
        {
            WorkingDirectory = launch.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in NotInherited)
        {
            startInfo.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            startInfo.Environment[name] = value;
        }

        return OnThreadAsync(() =>
        {
            _reaper ??= Reaper.Start(_setsid);
            var child = ChildProcess.Start(startInfo, launch.StandardInput, onLine);
            _reaper.Add(child.Pid);
            _running[child.Pid] = child;
            _ = ForgetAsync(child);
            return child;
        });
    }

    /// <summary>Ends all processes at once.</summary>
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
        _work.CompleteAdding();
        await Task.Run(_thread.Join);
        _work.Dispose();
    }

    private async Task ForgetAsync(ChildProcess child)
    {
        await child.Exit;
        _running.TryRemove(child.Pid, out _);
        _reaper?.Remove(child.Pid);
    }

    private IEnumerable<string> Prefix(string signal)
    {
        // A session of its own: Ctrl+C in the terminal is for the app host, which stops its children in order.
        if (_setsid is not null)
        {
            yield return _setsid;
        }

        if (_setpriv is not null)
        {
            yield return _setpriv;
            yield return "--pdeathsig";
            yield return signal;
            yield return "--";
        }
    }

    private Task<T> OnThreadAsync<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() =>
            {
                try
                {
                    result.SetResult(function());
                }
                catch (Exception exception)
                {
                    result.SetException(exception);
                }
            });
        }
        catch (InvalidOperationException)
        {
            result.SetCanceled();
        }

        return result.Task;
    }

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }

        _reaper?.Dispose();
    }
}
