using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.Processes;

/// <summary>
/// A shell that ends what this process leaves behind when it is killed. It reads the children's process ids from its standard input. That
/// ends when this process does, in whatever way; then it sends SIGTERM to the process groups that are left, and SIGKILL three seconds later.
/// </summary>
/// <remarks>
/// The one mechanism for this, because it needs nothing but a POSIX shell and reaches what the children started. The parent-death signal of
/// Linux (prctl, setpriv) does not: it is for direct children only, is bound to a thread, and is sent once.
/// </remarks>
internal sealed class Reaper : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP QUIT
        exec >/dev/null 2>&1
        all=""
        while read -r what pid; do
          if [ "$what" = + ]; then
            all="$all $pid"
          else
            rest=""
            for p in $all; do [ "$p" = "$pid" ] || rest="$rest $p"; done
            all="$rest"
          fi
        done
        for p in $all; do kill -s TERM -- "-$p" || kill -s TERM "$p"; done
        n=0
        while [ $n -lt 30 ]; do
          left=""
          for p in $all; do if kill -s 0 -- "-$p" || kill -s 0 "$p"; then left="$left $p"; fi; done
          [ -n "$left" ] || exit 0
          sleep 0.1
          n=$((n + 1))
        done
        for p in $left; do kill -s KILL -- "-$p"; kill -s KILL "$p"; done
        """;

    private const string PidFile = ".reaper";

    // It kills after three seconds.
    private static readonly TimeSpan FormerEndsWithin = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _pidFile;
    private readonly Lock _lock = new();

    private Reaper(Process process, string pidFile) => (_process, _pidFile) = (process, pidFile);

    public static Reaper Start(DataFolder folder)
    {
        // Of a session of its own, so that a signal to this process's group does not end it too.
        var startInfo = Session.StartInfo(["/bin/sh", "-c", Script]);
        startInfo.WorkingDirectory = "/";
        var process = Process.Start(startInfo)!;
        var pidFile = Path.Combine(folder.Path, PidFile);
        File.WriteAllText(pidFile, process.Id.ToString(CultureInfo.InvariantCulture));
        return new Reaper(process, pidFile);
    }

    /// <summary>Waits until an earlier app host that was killed has no children left: they hold its ports and its data.</summary>
    public static async Task WaitForFormerAsync(DataFolder folder, CancellationToken cancellationToken)
    {
        var pidFile = Path.Combine(folder.Path, PidFile);
        var waited = Stopwatch.StartNew();
        while (File.Exists(pidFile) && IsReaper(await File.ReadAllTextAsync(pidFile, cancellationToken)) && waited.Elapsed < FormerEndsWithin)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    public void Add(int pid) => Tell('+', pid);

    public void Remove(int pid) => Tell('-', pid);

    public void Dispose()
    {
        lock (_lock)
        {
            _process.StandardInput.Dispose();
        }

        // No child is left, so it ends by itself.
        _process.WaitForExit();
        File.Delete(_pidFile);
        _process.Dispose();
    }

    private static bool IsReaper(string pid)
    {
        // The number may belong to another process by now.
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(Script, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Tell(char what, int pid)
    {
        lock (_lock)
        {
            try
            {
                _process.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{what} {pid}\n"));
                _process.StandardInput.Flush();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // Somebody killed the shell, or this process is ending.
            }
        }
    }
}
