using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>A process that was started here.</summary>
internal sealed class ChildProcess
{
    // How long to read on after the process has ended. A grandchild may hold the pipes open for ever.
    private static readonly TimeSpan DrainWithin = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;

    private ChildProcess(Process process)
    {
        _process = process;
        Pid = process.Id;
    }

    public int Pid { get; }

    /// <summary>Ends when the process has, with its exit code; 128 and the signal's number if a signal ended it.</summary>
    public Task<int> Exit { get; private set; } = null!;

    public static ChildProcess Start(ProcessStartInfo startInfo, Reaper reaper, string? standardInput, Action<string, bool> onLine)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = startInfo, EnableRaisingEvents = true };
        process.Exited += (_, _) => ended.TrySetResult();
        process.Start();

        // First of all: until the reaper knows of it, a kill of this process would leave it behind.
        reaper.Add(process.Id);
        var child = new ChildProcess(process);
        var reading = Task.WhenAll(
            ReadAsync(process.StandardOutput, line => onLine(line, false)),
            ReadAsync(process.StandardError, line => onLine(line, true)));
        child.Exit = child.EndAsync(ended.Task, reading);
        try
        {
            process.StandardInput.Write(standardInput);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading; its exit code says why.
        }

        return child;
    }

    public void Terminate()
    {
        if (!Exit.IsCompleted)
        {
            Signals.Terminate(Pid);
        }
    }

    public void Kill()
    {
        if (!Exit.IsCompleted)
        {
            Signals.KillGroup(Pid);
        }
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                onLine(line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
    }

    private async Task<int> EndAsync(Task ended, Task reading)
    {
        await ended;

        // What it started and left behind ends with it.
        Signals.KillGroup(Pid);
        await Task.WhenAny(reading, Task.Delay(DrainWithin));
        var exitCode = _process.ExitCode;
        _process.Dispose();
        return exitCode;
    }
}
