using System.Runtime.InteropServices;

namespace Godzilla.Tests.Faults;

/// <summary>What can befall a process.</summary>
internal static partial class Signals
{
    /// <summary>Ends a process without a word, as a crash or the kernel would.</summary>
    public static void Kill(int pid) => Send(pid, 9);

    /// <summary>Asks a process to end, as an orchestrator does.</summary>
    public static void Terminate(int pid) => Send(pid, 15);

    /// <summary>Stops a process from answering, its connections left open.</summary>
    public static void Freeze(int pid) => Send(pid, 19);

    /// <summary>Lets a frozen process go on.</summary>
    public static void Thaw(int pid) => Send(pid, 18);

    private static void Send(int pid, int signal) => Assert.Equal(0, kill(pid, signal));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
