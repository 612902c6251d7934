using System.Runtime.InteropServices;

namespace Godzilla.Tests;

/// <summary>POSIX signals.</summary>
internal static partial class Signals
{
    public static void Kill(int pid) => Send(pid, 9);

    public static void Terminate(int pid) => Send(pid, 15);

    /// <summary>Stops a process from answering; its connections stay open.</summary>
    public static void Freeze(int pid) => Send(pid, 19);

    public static void Thaw(int pid) => Send(pid, 18);

    private static void Send(int pid, int signal) => Assert.Equal(0, kill(pid, signal));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
