using System.Diagnostics;
using System.Globalization;

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

    private readonly Process _process;
    private readonly Lock _lock = new();

    private Reaper(Process process) => _process = process;

    public static Reaper Start()
    {
        // Of a session of its own, so that a signal to this process's group does not end it too.
        var startInfo = Session.StartInfo(["/bin/sh", "-c", Script]);
        startInfo.WorkingDirectory = "/";
        return new Reaper(Process.Start(startInfo)!);
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
        _process.Dispose();
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
