using System.Runtime.InteropServices;

namespace Godzilla.Tests;

/// <summary>POSIX signals.</summary>
internal static partial class Signals
{
    public static void Kill(int pid) => Send(pid, 9);

    public static void Terminate(int pid) => Send(pid, 15);

    /// <summary>Stops a process from answering; its connections stay open. On a busy machine it may go on for a moment, so this waits until it has stopped.</summary>
    public static void Freeze(int pid)
    {
        Send(pid, 19);
        Assert.True(SpinWait.SpinUntil(() => !OperatingSystem.IsLinux() || HasStopped(pid), TimeSpan.FromSeconds(5)), $"Process {pid} does not stop.");
    }

    public static void Thaw(int pid) => Send(pid, 18);

    private static bool HasStopped(int pid)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{pid}/task").All(task => File.ReadAllText(Path.Combine(task, "stat")).Split(") ")[^1][0] == 'T');
        }
        catch (IOException)
        {
            return false; // A thread has ended meanwhile.
        }
    }

    private static void Send(int pid, int signal) => Assert.Equal(0, kill(pid, signal));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
