using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes;

/// <summary>Sends signals to processes and process groups. One that is gone already is no error.</summary>
internal static partial class Signals
{
    private const int Kill = 9;
    private const int Term = 15;

    public static void Terminate(int pid) => _ = Send(pid, Term);

    /// <summary>Kills a process and the group that it leads.</summary>
    public static void KillGroup(int pid)
    {
        _ = Send(-pid, Kill);
        _ = Send(pid, Kill);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int pid, int signal);
}
