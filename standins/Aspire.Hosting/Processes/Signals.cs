using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes;

/// <summary>Sends signals to processes, and to the process groups that they lead.</summary>
internal static partial class Signals
{
    private const int Kill = 9;
    private const int Term = 15;

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int pid) => Send(pid, Term);

    /// <summary>Ends a process, and all that it started.</summary>
    public static void KillTree(int pid)
    {
        Send(-pid, Kill);
        Send(pid, Kill);
    }

    /// <summary>Ends what a process that is gone left behind.</summary>
    public static void KillGroup(int pid) => Send(-pid, Kill);

    private static void Send(int target, int signal)
    {
        // A target that is gone is what is wanted.
        _ = SendSignal(target, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);
}
